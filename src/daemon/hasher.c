/* SPDX-License-Identifier: Apache-2.0
 *
 * The thread touches jobs between the two lists and nothing else; done, arg and cancelling are the
 * loop's. An eventfd wakes the loop.
 */
#include "daemon/hasher.h"

#include "net/digest.h"

#include <crypt.h>
#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define PREFIX      "$y$"
#define COST        6 /* N = 8192, r = 32 */
#define PHRASE_SIZE DIGEST_BASE64_SIZE(DIGEST_BYTES)

struct hasher_job {
    struct hasher_job *next;
    char phrase[PHRASE_SIZE];
    char hash[HASHER_HASH_SIZE]; /* "" : to be made */
    int err;
    hasher_done *done; /* NULL: cancelled */
    void *arg;
};

struct list {
    struct hasher_job *first, **end;
};

struct hasher {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct list waiting, finished; /* under lock */
    bool is_closing;               /* under lock */
    int wake;                      /* eventfd: something is finished */
    struct event *on_wake;
    size_t count;              /* jobs in all; the loop's */
    struct crypt_data scratch; /* the thread's */
};

static void push(struct list *list, struct hasher_job *job)
{
    job->next = NULL;
    *list->end = job;
    list->end = &job->next;
}

static struct hasher_job *pop(struct list *list)
{
    struct hasher_job *job = list->first;
    if (job == NULL)
        return NULL;
    list->first = job->next;
    if (list->first == NULL)
        list->end = &list->first;
    return job;
}

static void free_job(struct hasher_job *job)
{
    explicit_bzero(job, sizeof *job);
    free(job);
}

/* ------------------------------------------------------------- the thread */

/* Same time, wherever they differ. */
static bool is_same(const char *a, const char *b)
{
    size_t n = strlen(a);
    unsigned char differs = 0;
    if (strlen(b) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        differs |= (unsigned char)(a[i] ^ b[i]);
    return differs == 0;
}

static void work_on(struct hasher *h, struct hasher_job *job)
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    bool is_new = job->hash[0] == '\0';
    const char *from = job->hash;
    if (is_new)
        from = crypt_gensalt_rn(PREFIX, COST, NULL, 0, setting, sizeof setting);
    const char *hash =
        from == NULL ? NULL : crypt_rn(job->phrase, from, &h->scratch, (int)sizeof h->scratch);
    if (hash == NULL || strncmp(hash, PREFIX, strlen(PREFIX)) != 0 ||
        strlen(hash) >= sizeof job->hash)
        job->err = ERR_SYSTEM;
    else if (is_new)
        memcpy(job->hash, hash, strlen(hash) + 1);
    else
        job->err = is_same(hash, job->hash) ? 0 : ERR_AUTH;
    explicit_bzero(&h->scratch, sizeof h->scratch);
    explicit_bzero(job->phrase, sizeof job->phrase);
}

static void *run(void *arg)
{
    struct hasher *h = arg;
    const uint64_t one = 1;
    pthread_mutex_lock(&h->lock);
    while (!h->is_closing) {
        struct hasher_job *job = pop(&h->waiting);
        if (job == NULL) {
            pthread_cond_wait(&h->work, &h->lock);
            continue;
        }
        pthread_mutex_unlock(&h->lock);
        work_on(h, job);
        pthread_mutex_lock(&h->lock);
        push(&h->finished, job);
        ssize_t done = write(h->wake, &one, sizeof one);
        (void)done; /* it can only fail when the loop is awake already */
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

/* --------------------------------------------------------------- the loop */

static struct hasher_job *take_finished(struct hasher *h)
{
    pthread_mutex_lock(&h->lock);
    struct hasher_job *job = pop(&h->finished);
    pthread_mutex_unlock(&h->lock);
    return job;
}

static void on_wake(evutil_socket_t fd, short what, void *arg)
{
    struct hasher *h = arg;
    uint64_t count;
    struct hasher_job *job;
    (void)what;
    if (read(fd, &count, sizeof count) != (ssize_t)sizeof count)
        return;
    while ((job = take_finished(h)) != NULL) {
        h->count--;
        if (job->done != NULL)
            job->done(job->arg, job->err, job->hash);
        free_job(job);
    }
}

/* The loop's signals are the loop's alone. */
static int start_thread(struct hasher *h)
{
    sigset_t all, old;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &old) != 0)
        return ERR_SYSTEM;
    int failed = pthread_create(&h->thread, NULL, run, h);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return failed == 0 ? 0 : ERR_SYSTEM;
}

static void free_hasher(struct hasher *h)
{
    struct hasher_job *job;
    while ((job = pop(&h->waiting)) != NULL || (job = pop(&h->finished)) != NULL)
        free_job(job);
    if (h->on_wake != NULL)
        event_free(h->on_wake);
    if (h->wake >= 0)
        close(h->wake);
    pthread_cond_destroy(&h->work);
    pthread_mutex_destroy(&h->lock);
    explicit_bzero(h, sizeof *h);
    free(h);
}

int hasher_open(struct event_base *loop, struct hasher **ret_hasher)
{
    struct hasher *h = calloc(1, sizeof *h);
    if (h == NULL)
        return ERR_NOMEM;
    h->waiting.end = &h->waiting.first;
    h->finished.end = &h->finished.first;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->work, NULL);
    h->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int err = h->wake < 0 ? ERR_SYSTEM : 0;
    if (err == 0) {
        h->on_wake = event_new(loop, h->wake, EV_READ | EV_PERSIST, on_wake, h);
        err = h->on_wake == NULL || event_add(h->on_wake, NULL) != 0 ? ERR_NOMEM : 0;
    }
    if (err == 0)
        err = start_thread(h);
    if (err != 0)
        free_hasher(h);
    else
        *ret_hasher = h;
    return err;
}

void hasher_close(struct hasher **hp)
{
    if (hp == NULL || *hp == NULL)
        return;
    struct hasher *h = *hp;
    pthread_mutex_lock(&h->lock);
    h->is_closing = true;
    pthread_cond_signal(&h->work);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
    free_hasher(h);
    *hp = NULL;
}

/* crypt(3) takes 512 bytes at most and no NUL: it gets a digest, which also ties the hash to its
 * owner. */
static int make_phrase(const char *owner, const struct secret *password,
                       char ret_phrase[PHRASE_SIZE])
{
    uint8_t mac[DIGEST_BYTES];
    const struct digest_part parts[] = { { password->bytes, password->len }, { NULL, 0 } };
    int err = digest_hmac((struct digest_part){ owner, strlen(owner) }, parts, mac);
    if (err == 0)
        err = digest_base64(mac, sizeof mac, ret_phrase, PHRASE_SIZE);
    explicit_bzero(mac, sizeof mac);
    return err;
}

int hasher_start(struct hasher *hasher, const char *owner, const struct secret *password,
                 const char *hash, hasher_done *done, void *arg, struct hasher_job **ret_job)
{
    if (hasher->count >= HASHER_JOBS)
        return ERR_LIMIT;
    struct hasher_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return ERR_NOMEM;
    int err = hash != NULL && strlen(hash) >= sizeof job->hash ? ERR_FORMAT : 0;
    if (err == 0)
        err = make_phrase(owner, password, job->phrase);
    if (err != 0) {
        free_job(job);
        return err;
    }
    if (hash != NULL)
        memcpy(job->hash, hash, strlen(hash) + 1);
    job->done = done;
    job->arg = arg;
    hasher->count++;
    pthread_mutex_lock(&hasher->lock);
    push(&hasher->waiting, job);
    pthread_cond_signal(&hasher->work);
    pthread_mutex_unlock(&hasher->lock);
    *ret_job = job;
    return 0;
}

/* It is worked on all the same: only its answer is dropped. */
void hasher_cancel(struct hasher_job **job)
{
    if (job == NULL || *job == NULL)
        return;
    (*job)->done = NULL;
    *job = NULL;
}
