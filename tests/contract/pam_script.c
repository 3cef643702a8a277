/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs PAM behaviour written as text (scripts/README.md has the grammar) through the real libpam
 * and the real module, built once more with other paths. Beside what a script says, each one proves
 * that the module leaves no descriptor, no thread, no variable in PAM's environment and the
 * handling of SIGPIPE as they were, and does not touch PAM_USER (R-PAM-06, R-PAM-15, R-SEC-04).
 *
 * usage: pam_script [FILE...]     without a FILE: all of $top_srcdir/tests/contract/scripts
 */
#include "pam_daemon.h"
#include "pam_lex.h"
#include "pam_log.h"
#include "pam_pair.h"
#include "pam_world.h"

#include "base/paths.h"

#include <dirent.h>
#include <glob.h>
#include <regex.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINES_MAX 200

struct script {
    const char *name;
    char *text;
    struct {
        const char *section, *text;
    } lines[LINES_MAX];
    size_t count;
    struct world_directory directory;
    char *user, *service, *rhost, *tty; /* PAM items */
    char first[128], old[128];          /* set by an earlier module, in hex */
    char args[256];
    bool has_conversation;
    size_t next_prompt; /* in lines */
    size_t held_delays;
};

static struct script script;
static struct lex lex;

/* --- reading ---------------------------------------------------------------------------------- */

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "re");
    char *text = calloc(1, LEX_MAX);
    if (f == NULL || text == NULL || fread(text, 1, LEX_MAX - 1, f) == 0)
        world_fail("%s cannot be read", path);
    fclose(f);
    return text;
}

/* "[section]" begins a section; what stands behind it on the line is its first entry. */
static void add_line(struct script *s, char *line, const char **section)
{
    line += strspn(line, " \t");
    if (*line == '[') {
        char *end = strchr(line, ']');
        if (end == NULL)
            world_fail("a section's name has no end: %s", line);
        *end = '\0';
        *section = line + 1;
        line = end + 1 + strspn(end + 1, " \t");
    }
    if (*line == '\0' || *line == '#')
        return;
    if (s->count == LINES_MAX)
        world_fail("too many lines");
    s->lines[s->count].section = *section;
    s->lines[s->count++].text = line;
}

static void read_script(struct script *s, const char *path)
{
    const char *section = "";
    s->name = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
    s->text = read_file(path);
    s->has_conversation = true;
    s->service = strdup("script");
    for (char *save = NULL, *line = strtok_r(s->text, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save))
        add_line(s, line, &section);
}

static bool is_in(const struct script *s, size_t i, const char *section)
{
    return strcmp(s->lines[i].section, section) == 0;
}

static void each(struct script *s, const char *section, void (*take)(struct script *s))
{
    for (size_t i = 0; i < s->count; i++) {
        if (!is_in(s, i, section))
            continue;
        lex_begin(&lex, s->lines[i].text);
        take(s);
    }
}

/* --- the host --------------------------------------------------------------------------------- */

/* alice status=... | age 73h | part | empty */
static void take_directory(struct script *s)
{
    const char *line = lex.at;
    (void)lex_next(&lex);
    if (lex_is(&lex, "age")) {
        (void)lex_next(&lex);
        s->directory.age_s = strtol(lex.text, NULL, 10) * 3600;
    } else if (lex_is(&lex, "part")) {
        s->directory.is_part = true;
    } else if (!lex_is(&lex, "empty")) {
        lex_begin(&lex, line);
        daemon_read_user(&lex, &s->directory);
    }
}

static bool has_section(const struct script *s, const char *section)
{
    for (size_t i = 0; i < s->count; i++)
        if (is_in(s, i, section))
            return true;
    return false;
}

/* absent | mode 0666 | raw TEXT | section.key = value */
static void take_config(struct script *s)
{
    static char text[LEX_MAX];
    char drop_in[1024], key[128];
    const char *line = lex.at;
    (void)s;
    world_format(drop_in, sizeof drop_in, "%s/50-script.conf", path_config_dir);
    (void)lex_next(&lex);
    if (lex_is(&lex, "absent")) {
        world_remove(path_config);
    } else if (lex_is(&lex, "mode")) {
        (void)lex_next(&lex);
        if (chmod(path_config, (mode_t)strtoul(lex.text, NULL, 8)) != 0)
            world_fail("chmod %s", path_config);
    } else if (lex_is(&lex, "raw")) {
        (void)lex_next(&lex);
        world_append(path_config, lex.text);
    } else {
        const char *equals = strstr(line, " =");
        world_format(key, sizeof key, "%.*s", equals == NULL ? 0 : (int)(equals - line), line);
        char *dot = strrchr(key, '.');
        if (dot == NULL)
            world_fail("no section.key = value: %s", line);
        *dot = '\0';
        world_format(text, sizeof text, "[%s]\n%s%s\n", key, dot + 1, equals);
        world_append(drop_in, text);
    }
}

/* FILE "text": appended to an account file */
static void take_file(struct script *s)
{
    const struct {
        const char *name, *path;
    } files[] = { { "passwd", path_passwd },
                  { "group", path_group },
                  { "subuid", path_subuid },
                  { "subgid", path_subgid },
                  { "current", NULL } };
    char path[1024];
    size_t i = 0;
    (void)s;
    (void)lex_next(&lex);
    while (i < COUNT(files) && !lex_is(&lex, files[i].name))
        i++;
    if (i == COUNT(files))
        world_fail("unknown file %s", lex.text);
    world_format(path, sizeof path, "%s/current", path_snap_dir);
    (void)lex_next(&lex);
    if (lex_is(&lex, "absent"))
        world_remove(files[i].path);
    else if (files[i].path == NULL)
        world_write(path, 0644, lex.text); /* a broken snapshot */
    else
        world_append(files[i].path, lex.text);
}

static void take_item(struct script *s)
{
    (void)lex_next(&lex);
    char **to = lex_is(&lex, "user")      ? &s->user
                : lex_is(&lex, "service") ? &s->service
                : lex_is(&lex, "rhost")   ? &s->rhost
                : lex_is(&lex, "tty")     ? &s->tty
                                          : NULL;
    char *hex = lex_is(&lex, "authtok") ? s->first : lex_is(&lex, "oldauthtok") ? s->old : NULL;
    if (to == NULL && hex == NULL)
        world_fail("unknown item %s", lex.text);
    lex_expect(&lex, "=");
    (void)lex_next(&lex);
    if (hex != NULL) {
        for (size_t i = 0; i < lex.len; i++) /* in hex: a service file cannot hold every byte */
            world_format(hex + 2 * i, sizeof s->first - 2 * i, "%02x", lex.text[i] & 0xff);
        return;
    }
    free(*to);
    *to = strdup(lex.text);
}

static void take_args(struct script *s)
{
    world_format(s->args, sizeof s->args, "%s", lex.at);
}

/* A stack in which PAM_IGNORE can be told from success: then the last line decides, see code_of().
 * The tool before the module sets PAM_AUTHTOK, the one behind it logs what it finds there. */
static void write_service(const struct script *s, const char *dir)
{
    static const char *const types[] = { "auth", "account", "password", "session" };
    char path[1024], line[4096], module[512], tool[512];
    const char *build = getenv("top_builddir");
    world_format(module, sizeof module, "%s/tests/contract/.libs/pam_under_test.so", build);
    world_format(tool, sizeof tool, "%s/tests/contract/.libs/pam_tool.so", build);
    world_format(path, sizeof path, "%s/%s", dir, s->service);
    world_write(path, 0644, "");
    for (size_t i = 0; i < COUNT(types); i++) {
        const char *t = types[i];
        world_format(line, sizeof line,
                     "%s optional %s set=%s old=%s\n"
                     "%s [success=ok ignore=2 default=bad] %s %s\n"
                     "%s [default=ignore] %s show\n"
                     "%s [success=done default=bad] %s succeed\n"
                     "%s required %s ignored\n",
                     t, tool, s->first, s->old, t, module, s->args, t, tool, t, tool, t, tool);
        world_append(path, line);
    }
}

/* --- the person ------------------------------------------------------------------------------- */

static const char *style_word(int style)
{
    switch (style) {
    case PAM_PROMPT_ECHO_OFF:
        return "off";
    case PAM_PROMPT_ECHO_ON:
        return "on";
    case PAM_TEXT_INFO:
        return "info";
    case PAM_ERROR_MSG:
        return "error";
    default:
        return "unknown";
    }
}

static void next_prompt(struct script *s)
{
    while (s->next_prompt < s->count && !is_in(s, s->next_prompt, "prompts"))
        s->next_prompt++;
}

/* off "Password: " -> "secret"   or -> fail, null, none */
static int answer(struct script *s, const struct pam_message *m, struct pam_response *ret)
{
    next_prompt(s);
    if (s->next_prompt == s->count)
        world_fail("unexpected prompt: %s \"%s\"", style_word(m->msg_style), m->msg);
    lex_begin(&lex, s->lines[s->next_prompt++].text);
    lex_expect(&lex, style_word(m->msg_style));
    (void)lex_next(&lex);
    if (strcmp(m->msg, lex.text) != 0)
        world_fail("prompt \"%s\" instead of \"%s\"", m->msg, lex.text);
    if (!lex_next(&lex))
        return PAM_SUCCESS;
    (void)lex_next(&lex);
    if (lex_is(&lex, "fail"))
        return PAM_CONV_ERR;
    if (!lex_is(&lex, "null"))
        ret->resp = strdup(lex.text);
    return PAM_SUCCESS;
}

static int converse(int count, const struct pam_message **messages, struct pam_response **ret,
                    void *arg)
{
    if (count != 1)
        world_fail("%d messages at once", count);
    struct pam_response *r = calloc(1, sizeof *r);
    int code = answer(arg, messages[0], r);
    if (code != PAM_SUCCESS || lex_is(&lex, "none")) {
        free(r->resp);
        free(r);
        r = NULL;
    }
    *ret = r;
    return code;
}

static void count_delay(int code, unsigned usec, void *arg)
{
    (void)code;
    script.held_delays += usec > 0;
    (void)arg;
}

/* --- the run ---------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int code;
} codes[] = {
#define CODE(c)                                                                                    \
    {                                                                                              \
#c, c                                                                                      \
    }
    CODE(PAM_SUCCESS),          CODE(PAM_AUTH_ERR),
    CODE(PAM_USER_UNKNOWN),     CODE(PAM_PERM_DENIED),
    CODE(PAM_ACCT_EXPIRED),     CODE(PAM_NEW_AUTHTOK_REQD),
    CODE(PAM_CONV_ERR),         CODE(PAM_SYSTEM_ERR),
    CODE(PAM_AUTHINFO_UNAVAIL), CODE(PAM_AUTHTOK_ERR),
    CODE(PAM_MAXTRIES),         CODE(PAM_CRED_UNAVAIL),
    CODE(PAM_SESSION_ERR),      CODE(PAM_BUF_ERR),
    CODE(PAM_TRY_AGAIN),        { "PAM_IGNORE", PAM_BAD_ITEM },
};

static const char *code_name(int code)
{
    for (size_t i = 0; i < COUNT(codes); i++)
        if (codes[i].code == code)
            return codes[i].name;
    return "another code";
}

static const struct {
    const char *name;
    int (*call)(pam_handle_t *handle, int flags);
} calls[] = {
    { "authenticate", pam_authenticate }, { "setcred", pam_setcred },
    { "acct_mgmt", pam_acct_mgmt },       { "open_session", pam_open_session },
    { "chauthtok", pam_chauthtok },       { "close_session", pam_close_session },
};

static const struct {
    const char *word;
    unsigned flag;
} flag_words[] = { { "silent", PAM_SILENT }, { "expired", PAM_CHANGE_EXPIRED_AUTHTOK } };

/* acct_mgmt [silent] [expired] = PAM_SUCCESS */
static void run_line(pam_handle_t *handle, const char *line)
{
    size_t i = 0;
    int flags = 0;
    lex_begin(&lex, line);
    (void)lex_next(&lex);
    while (i < COUNT(calls) && !lex_is(&lex, calls[i].name))
        i++;
    if (i == COUNT(calls))
        world_fail("unknown call %s", lex.text);
    (void)lex_next(&lex);
    for (size_t f = 0; f < COUNT(flag_words); f++) {
        if (lex_is(&lex, flag_words[f].word)) {
            flags |= (int)flag_words[f].flag;
            (void)lex_next(&lex);
        }
    }
    (void)lex_next(&lex);
    char *wanted = strdup(lex.text);
    int code = calls[i].call(handle, flags);
    if (strcmp(code_name(code), wanted) != 0)
        world_fail("%s gave %s (%d) instead of %s", calls[i].name, code_name(code), code, wanted);
    free(wanted);
}

static size_t count_entries(const char *dir)
{
    size_t n = 0;
    DIR *d = opendir(dir);
    while (d != NULL && readdir(d) != NULL)
        n++;
    if (d != NULL)
        closedir(d);
    return n;
}

/* What a guest leaves behind. */
struct traces {
    size_t fds, threads;
    void (*on_pipe)(int);
};

static struct traces look_around(void)
{
    struct sigaction pipe_action;
    sigaction(SIGPIPE, NULL, &pipe_action);
    return (struct traces){ count_entries("/proc/self/fd"), count_entries("/proc/self/task"),
                            pipe_action.sa_handler };
}

static void check_traces(const struct script *s, pam_handle_t *handle, const struct traces *before)
{
    const struct traces now = look_around();
    const void *user = NULL;
    char **env = pam_getenvlist(handle);
    if (now.fds != before->fds || now.threads != before->threads)
        world_fail("%zu descriptors and %zu threads became %zu and %zu", before->fds,
                   before->threads, now.fds, now.threads);
    if (now.on_pipe != before->on_pipe)
        world_fail("SIGPIPE is handled in another way");
    if (env == NULL || env[0] != NULL)
        world_fail("PAM's environment is not empty");
    free(env);
    (void)pam_get_item(handle, PAM_USER, &user);
    if (s->user != NULL && (user == NULL || strcmp(user, s->user) != 0))
        world_fail("PAM_USER changed");
}

static pam_handle_t *start(struct script *s, const char *dir, const struct pam_conv *conv)
{
    pam_handle_t *handle = NULL;
    if (pam_start_confdir(s->service, s->user, conv, dir, &handle) != PAM_SUCCESS)
        world_fail("pam_start_confdir failed:\n%s", log_text());
    (void)pam_set_item(handle, PAM_FAIL_DELAY, (const void *)(uintptr_t)count_delay);
    if (s->rhost != NULL)
        (void)pam_set_item(handle, PAM_RHOST, s->rhost);
    if (s->tty != NULL)
        (void)pam_set_item(handle, PAM_TTY, s->tty);
    return handle;
}

static void run(struct script *s)
{
    char dir[1024];
    world_format(dir, sizeof dir, "%s/pam.d", path_run_dir);
    write_service(s, dir);
    const struct pam_conv conv = { s->has_conversation ? converse : NULL, s };
    pam_handle_t *handle = start(s, dir, &conv);
    const struct traces before = look_around();
    for (size_t i = 0; i < s->count; i++)
        if (is_in(s, i, "run"))
            run_line(handle, s->lines[i].text);
    check_traces(s, handle, &before);
    pam_end(handle, PAM_SUCCESS);
}

/* has REGEX | none matching REGEX | empty | delayed */
static void take_log(struct script *s)
{
    regex_t re;
    (void)lex_next(&lex);
    if (lex_is(&lex, "delayed")) {
        if (s->held_delays == 0)
            world_fail("the refusal was not delayed");
        return;
    }
    if (lex_is(&lex, "empty")) {
        if (log_text()[0] != '\0')
            world_fail("something was logged:\n%s", log_text());
        return;
    }
    bool is_wanted = lex_is(&lex, "has");
    if (!is_wanted)
        lex_expect(&lex, "matching");
    (void)lex_next(&lex);
    if (regcomp(&re, lex.text, REG_EXTENDED | REG_NOSUB | REG_NEWLINE) != 0)
        world_fail("bad pattern %s", lex.text);
    if ((regexec(&re, log_text(), 0, NULL, 0) == 0) != is_wanted)
        world_fail("the log %s /%s/:\n%s", is_wanted ? "lacks" : "has", lex.text, log_text());
    regfree(&re);
}

static pid_t start_daemon(struct script *s, bool *ret_is_frozen)
{
    const char *lines[LINES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < s->count; i++)
        if (is_in(s, i, "daemon"))
            lines[count++] = s->lines[i].text;
    *ret_is_frozen = count > 0 && strcmp(lines[0], "frozen") == 0;
    return daemon_start(lines, count, &s->directory);
}

static void play(struct script *s)
{
    bool is_frozen = false;
    world_make();
    each(s, "config", take_config);
    each(s, "directory", take_directory);
    if (has_section(s, "directory"))
        world_publish(&s->directory);
    each(s, "file", take_file);
    each(s, "item", take_item);
    each(s, "args", take_args);
    for (size_t i = 0; i < s->count; i++)
        if (is_in(s, i, "prompts") && strcmp(s->lines[i].text, "no conversation") == 0)
            s->has_conversation = false;
    pid_t daemon = start_daemon(s, &is_frozen);
    run(s);
    if (!daemon_end(daemon, is_frozen))
        world_fail("the daemon's part was not played to its end\n%s", log_text());
    next_prompt(s);
    if (s->has_conversation && s->next_prompt < s->count)
        world_fail("never asked: %s", s->lines[s->next_prompt].text);
    each(s, "log", take_log);
}

/* In a process of its own, so that nothing carries over. NULL: what needs two handles. */
static bool run_file(const char *path)
{
    int status = 1;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        alarm(60);
        if (path == NULL) {
            pair_play();
            exit(0);
        }
        read_script(&script, path);
        play(&script);
        free(script.text);
        free(script.user);
        free(script.service);
        free(script.rhost);
        free(script.tty);
        exit(0);
    }
    bool is_good = waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    const char *base = path == NULL ? "two handles at once" : strrchr(path, '/');
    printf("%s %s\n", is_good ? "ok    " : "FAILED", base == NULL ? path : base + (*base == '/'));
    return is_good;
}

int main(int argc, char **argv)
{
    char pattern[1024];
    glob_t found = { 0 };
    size_t failed = 0;
    if (getenv("top_srcdir") == NULL || getenv("top_builddir") == NULL)
        world_fail("top_srcdir and top_builddir have to be set");
    world_format(pattern, sizeof pattern, "%s/tests/contract/scripts/*.pam", getenv("top_srcdir"));
    if (argc < 2 && glob(pattern, 0, NULL, &found) != 0)
        world_fail("no scripts: %s", pattern);
    size_t count = argc < 2 ? found.gl_pathc : (size_t)argc - 1;
    for (size_t i = 0; i < count; i++)
        failed += !run_file(argc < 2 ? found.gl_pathv[i] : argv[i + 1]);
    globfree(&found);
    failed += !run_file(NULL);
    count++;
    printf("%zu passed, %zu failed\n", count - failed, failed);
    return failed == 0 && count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
