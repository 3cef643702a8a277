/* SPDX-License-Identifier: Apache-2.0
 *
 * Fork per connection, blocking reads: nothing here needs to be fast.
 */
#include "https_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct line {
    int fd;
    SSL *ssl;
};

static long get(struct line *l, char *p, size_t n)
{
    return l->ssl != NULL ? SSL_read(l->ssl, p, (int)n) : (long)recv(l->fd, p, n, 0);
}

static bool put(struct line *l, const char *p, size_t n)
{
    if (l->ssl != NULL)
        return SSL_write(l->ssl, p, (int)n) == (int)n;
    return send(l->fd, p, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static void put_text(struct line *l, const char *text)
{
    (void)put(l, text, strlen(text));
}

/* Head and body of one request into text; false at the end of the connection. */
static bool read_request(struct line *l, char *text, size_t cap)
{
    size_t have = 0;
    size_t want = cap;
    while (have < want && have < cap - 1) {
        long n = get(l, text + have, cap - 1 - have);
        if (n <= 0)
            return false;
        have += (size_t)n;
        text[have] = '\0';
        const char *end = strstr(text, "\r\n\r\n");
        if (end == NULL)
            continue;
        const char *length = strcasestr(text, "Content-Length:");
        want = (size_t)(end + 4 - text);
        if (length != NULL && length < end)
            want += strtoul(length + 15, NULL, 10);
    }
    return true;
}

static void put_sized(struct line *l, const char *body)
{
    char head[512];
    snprintf(head, sizeof head,
             "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
             "x-amzn-RequestId: request-1\r\nX-AMZN-ErrorType:  Some:  \r\nETag: \"e1\"\r\n\r\n",
             strlen(body));
    put_text(l, head);
    put_text(l, body);
}

/* Without Content-Length: the bound must hold on what arrives. */
static void put_big(struct line *l, unsigned long bytes)
{
    char block[1024];
    memset(block, 'x', sizeof block);
    put_text(l, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    for (unsigned long i = 0; i < bytes; i += sizeof block) {
        if (!put(l, block, sizeof block))
            return;
    }
}

static bool answer(struct line *l, const char *request, bool is_first)
{
    const char *path = strchr(request, ' ') + 1;
    if (strncmp(path, "/ok", 3) == 0) {
        put_sized(l, "fine");
        return true;
    }
    if (strncmp(path, "/lose", 5) == 0) {
        if (is_first)
            put_sized(l, "fine");
        return is_first;
    }
    if (strncmp(path, "/echo", 5) == 0) {
        put_sized(l, request);
        return true;
    }
    if (strncmp(path, "/big/", 5) == 0) {
        put_big(l, strtoul(path + 5, NULL, 10));
    } else if (strncmp(path, "/redirect", 9) == 0) {
        put_text(l, "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n");
        return true;
    } else if (strncmp(path, "/drip", 5) == 0) {
        put_text(l, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        for (int i = 0; i < 1000 && put(l, "x", 1); i++)
            usleep(50000);
    } else if (strncmp(path, "/hang", 5) == 0) {
        sleep(30);
    } else if (strncmp(path, "/cut", 4) == 0) {
        put_text(l, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf");
    }
    return false;
}

static void serve(int fd, SSL_CTX *ctx)
{
    static char request[65536];
    struct line l = { fd, NULL };
    if (ctx != NULL) {
        l.ssl = SSL_new(ctx);
        if (l.ssl == NULL || SSL_set_fd(l.ssl, fd) != 1 || SSL_accept(l.ssl) != 1)
            _exit(1);
    }
    bool is_first = true;
    while (read_request(&l, request, sizeof request) && answer(&l, request, is_first))
        is_first = false;
    if (l.ssl != NULL)
        SSL_shutdown(l.ssl);
    _exit(0);
}

static X509 *make_cert(EVP_PKEY *key, const char *name)
{
    X509 *cert = X509_new();
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_set_version(cert, 2);
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_ASC,
                               (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(cert));
    X509_set_pubkey(cert, key);
    X509_EXTENSION *san = X509V3_EXT_conf_nid(NULL, &ctx, NID_subject_alt_name, name);
    X509_EXTENSION *ca = X509V3_EXT_conf_nid(NULL, &ctx, NID_basic_constraints, "CA:TRUE");
    X509_add_ext(cert, san, -1);
    X509_add_ext(cert, ca, -1);
    X509_EXTENSION_free(san);
    X509_EXTENSION_free(ca);
    X509_sign(cert, key, EVP_sha256());
    return cert;
}

static SSL_CTX *make_tls(struct https_server *server, const char *name, int max_tls)
{
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509 *cert = make_cert(key, name);
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    snprintf(server->ca_path, sizeof server->ca_path, "/tmp/https-ca-XXXXXX");
    int fd = mkstemp(server->ca_path);
    FILE *f = fdopen(fd, "w");
    PEM_write_X509(f, cert);
    fclose(f);
    SSL_CTX_use_certificate(ctx, cert);
    SSL_CTX_use_PrivateKey(ctx, key);
    if (max_tls != 0) {
        SSL_CTX_set_security_level(ctx, 0);
        SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(ctx, max_tls);
    }
    X509_free(cert);
    EVP_PKEY_free(key);
    return ctx;
}

bool https_server_start(struct https_server *server, const char *name, int max_tls)
{
    *server = (struct https_server){ .pid = -1 };
    SSL_CTX *ctx = name == NULL ? NULL : make_tls(server, name, max_tls);
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 16) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &n) != 0)
        return false;
    server->port = ntohs(at.sin_port);
    server->pid = fork();
    if (server->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that failed stops nothing */
        setpgid(0, 0);
        sigaction(SIGCHLD, &(struct sigaction){ .sa_handler = SIG_IGN }, NULL);
        for (;;) {
            int peer = accept(fd, NULL, NULL);
            if (peer >= 0 && fork() == 0)
                serve(peer, ctx);
            close(peer);
        }
    }
    setpgid(server->pid, server->pid);
    close(fd);
    SSL_CTX_free(ctx);
    return server->pid > 0;
}

void https_server_stop(struct https_server *server)
{
    if (server->pid > 0) {
        kill(-server->pid, SIGKILL);
        waitpid(server->pid, NULL, 0);
    }
    if (server->ca_path[0] != '\0')
        unlink(server->ca_path);
    server->pid = -1;
}
