/* SPDX-License-Identifier: Apache-2.0
 *
 * Plays every dialogue of scripts/ (README.md): module, daemon and a scripted pool, each dialogue
 * in processes and a folder of its own, a few side by side. Ends with the table of what was told.
 *
 * usage: dialogue [WORD...]     only dialogues whose name holds each WORD; then without the table
 */
#include "contract/pam_world.h"
#include "dialogue/coverage.h"
#include "dialogue/house.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_MAX 8

static struct {
    char **words;
    char root[1024];
    struct job {
        pid_t pid; /* 0: free */
        char name[256];
    } jobs[JOBS_MAX];
    size_t job_count;
    size_t passed, failed;
} run;

static void name_of(const struct play *p, char *ret_name, size_t cap)
{
    world_format(ret_name, cap, "%s, %s: %s", p->flow, p->challenge, p->title);
}

static bool is_wanted(const char *name)
{
    for (char **w = run.words; *w != NULL; w++)
        if (strstr(name, *w) == NULL)
            return false;
    return true;
}

static void print_file(const char *path)
{
    char text[8192];
    FILE *f = fopen(path, "re");
    size_t n = f == NULL ? 0 : fread(text, 1, sizeof text, f);
    if (f != NULL)
        fclose(f);
    fwrite(text, 1, n, stdout);
}

static void folder_of(size_t job, char *ret_path, size_t cap)
{
    world_format(ret_path, cap, "%s/%zu", run.root, job);
}

static void finish(size_t job, int status)
{
    char folder[1100], path[1200];
    folder_of(job, folder, sizeof folder);
    run.jobs[job].pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        run.passed++;
        return;
    }
    run.failed++;
    printf("FAILED %s (status %#x)\n", run.jobs[job].name, (unsigned)status);
    world_format(path, sizeof path, "%s/report", folder);
    print_file(path);
    world_format(path, sizeof path, "%s/log", folder);
    print_file(path);
    putchar('\n');
}

static size_t wait_for_one(void)
{
    int status;
    pid_t pid = wait(&status);
    for (size_t i = 0; i < run.job_count; i++) {
        if (run.jobs[i].pid == pid && pid > 0) {
            finish(i, status);
            return i;
        }
    }
    world_fail("no child: %s", strerror(errno));
}

static size_t find_place(void)
{
    for (size_t i = 0; i < run.job_count; i++)
        if (run.jobs[i].pid == 0)
            return i;
    return wait_for_one();
}

static const struct play *chosen;

START_TEST(dialogue)
{
    house_play(chosen);
}
END_TEST

/* The daemon's fixture belongs to libcheck: its assertions need a test around them. */
static int play_as_test(const struct play *play)
{
    Suite *suite = suite_create("dialogue");
    TCase *tests = tcase_create("dialogue");
    chosen = play;
    tcase_add_test(tests, dialogue);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_MINIMAL);
    int failed = srunner_ntests_failed(runner);
    if (failed > 0)
        srunner_print(runner, CK_NORMAL);
    srunner_free(runner);
    return failed;
}

static void play_in(const char *folder, const struct play *play)
{
    if ((mkdir(folder, 0755) != 0 && errno != EEXIST) || chdir(folder) != 0)
        world_fail("%s: %s", folder, strerror(errno));
    int fd = open("report", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
        world_fail("%s: no report", folder);
    close(fd);
    exit(play_as_test(play) == 0 ? 0 : 1);
}

static void visit(const struct play *play, void *arg)
{
    char folder[1100];
    (void)arg;
    coverage_note(play);
    char name[256];
    name_of(play, name, sizeof name);
    if (!is_wanted(name))
        return;
    size_t job = find_place();
    memcpy(run.jobs[job].name, name, sizeof name);
    folder_of(job, folder, sizeof folder);
    fflush(NULL);
    run.jobs[job].pid = fork();
    if (run.jobs[job].pid < 0)
        world_fail("fork: %s", strerror(errno));
    if (run.jobs[job].pid == 0)
        play_in(folder, play);
}

int main(int argc, char **argv)
{
    static struct stories stories;
    char folder[1024];
    const char *top = getenv("top_srcdir"), *build = getenv("top_builddir");
    if (top == NULL || build == NULL)
        world_fail("top_srcdir and top_builddir have to be set");
    umask(022);
    run.words = argv + 1;
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    /* Two a core: they wait for the disk half of the time. */
    run.job_count = cores < 1 ? 1 : 2 * cores > JOBS_MAX ? JOBS_MAX : 2 * (size_t)cores;
    world_format(run.root, sizeof run.root, "%s/%s", build, DIALOGUE_ROOT);
    if (mkdir(run.root, 0755) != 0 && errno != EEXIST)
        world_fail("%s: %s", run.root, strerror(errno));
    world_format(folder, sizeof folder, "%s/tests/dialogue/scripts", top);
    story_load(folder, &stories);
    coverage_open(folder, &stories);
    story_each(&stories, visit, NULL);
    for (size_t i = 0; i < run.job_count; i++)
        while (run.jobs[i].pid != 0)
            (void)wait_for_one();
    size_t missing = argc > 1 ? 0 : coverage_print();
    coverage_close();
    story_free(&stories);
    printf("%zu passed, %zu failed\n", run.passed, run.failed + missing);
    return run.failed + missing == 0 && run.passed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
