/* mien kiosk, run as the service manager runs it: on a display in memory, its settings changed
 * under it, its socket, file, broker and watchdog looked at from outside. */
#include "app_config.h"
#include "media.h"
#include "program.h"
#include "runner.h"

#include <arpa/inet.h>
#include <cjson/cJSON.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static struct run run;

/* Shell words that every case begins with. `kiosk` starts one on the portrait and waits until it
 * answers; `stop` ends it and has its code. A machine that is away for seconds keeps the face. */
static const char words[] = PROGRAM_WORDS
    "answers() { mien kiosk --status >status 2>/dev/null; }\n"
    "says() { answers && grep -q \"$1\" status; }\n"
    "start() { mien kiosk --config kiosk.json \"$@\" 2>log & child=$!; until_ answers; }\n"
    "kiosk() { start --video portrait.jpg \"$@\"; }\n"
    "settings() { echo \"$1\" >new.json; mv new.json kiosk.json; }\n"
    "stop() { kill -TERM $child; wait $child; }\n"
    "settings '{\"tracking\": {\"max_age\": 10}}'\n";

static void shell(const char *script)
{
    media_shell(&run, "%s%s", words, script);
    if (run.code) {
        tell(script);
        tell(run.out);
        tell(run.err);
    }
}

static double number(const cJSON *json, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(json, name);
    CU_ASSERT(cJSON_IsNumber(item));
    return cJSON_IsNumber(item) ? item->valuedouble : -1;
}

static void tells_how_it_is(void)
{
    shell("kiosk && until_ says '\"faces\":1' && stop && cat status");
    CU_ASSERT_EQUAL(run.code, 0);
    cJSON *status = cJSON_Parse(run.out);
    CU_ASSERT(number(status, "uptime") >= 0);
    CU_ASSERT(number(status, "frames") >= number(status, "looks"));
    CU_ASSERT(number(status, "shown") > 0);
    CU_ASSERT_EQUAL(number(status, "faces_so_far"), 1);
    CU_ASSERT(number(cJSON_GetObjectItem(status, "drops"), "capture") >= 0);
    CU_ASSERT_EQUAL(number(cJSON_GetObjectItem(status, "camera"), "width"), 512);
    cJSON_Delete(status);
    shell("mien kiosk --status; [ $? = 4 ] && ! [ -e mien-kiosk.socket ]");
    CU_ASSERT_EQUAL(run.code, 0);
    shell("kiosk; mien kiosk --status >/dev/full; code=$?; stop; [ $code = 3 ]");
    CU_ASSERT_EQUAL(run.code, 0);
}

static void runs_once(void)
{
    shell("kiosk; mien kiosk --video portrait.jpg 2>second; code=$?; stop; cat second; "
          "[ $code = 1 ] && grep -q 'runs already' second");
    CU_ASSERT_EQUAL(run.code, 0);
    shell("kiosk; kill -KILL $child; wait $child; kiosk && stop"); /* the socket stayed behind */
    CU_ASSERT_EQUAL(run.code, 0);
}

static void leaves_what_is_no_socket(void)
{
    shell("echo mine >mien-kiosk.socket; timeout 60 mien kiosk --video portrait.jpg 2>said; "
          "code=$?; cat mien-kiosk.socket said; rm mien-kiosk.socket; [ $code = 1 ]");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_EQUAL(strncmp(run.out, "mine\n", 5), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(run.out, "mien-kiosk.socket: Address already in use"));
}

static void wrong_settings_are_told_with_their_place(void)
{
    shell(
        "settings '{\"kiosk\":\n {\"idle_texd\": \"\"}}'\n"
        "mien kiosk --config kiosk.json 2>log; [ $? = 1 ] &&"
        "logs 'kiosk.json:2:3: kiosk.idle_texd: unknown key; the nearest known one is idle_text'");
    CU_ASSERT_EQUAL(run.code, 0);
    shell("mien kiosk --config missing.json; [ $? = 1 ]");
    CU_ASSERT_EQUAL(run.code, 0);
}

static void settings_change_while_it_runs(void)
{
    shell("kiosk && settings '{\"emotion\": {\"smoothing\": -1}}' &&"
          "until_ says 'config_error\":\"kiosk.json:1:27: emotion.smoothing' &&"
          "logs 'emotion.smoothing: wrong value.*the settings stay' &&"
          "settings '{\"emotion\": {\"smoothing\": 1}, \"kiosk\": {\"exit_keys\": \"\"}, "
          "\"tracking\": {\"max_age\": 10}}' &&"
          "until_ says 'config_error\":\"\"' && logs 'read again' &&"
          "[ $(grep -c portrait.jpg log) = 1 ] &&" /* the source was not opened a second time */
          "until_ says '\"faces_so_far\":2' && stop");
    CU_ASSERT_EQUAL(run.code, 0);
}

static void a_signal_reads_the_settings_again(void)
{
    shell("kiosk && kill -HUP $child && until_ logs 'read again' && stop");
    CU_ASSERT_EQUAL(run.code, 0);
    shell("mkdir -p xdg/mien; echo '{}' >xdg/mien/config.json; export XDG_CONFIG_HOME=xdg\n"
          "mien kiosk --video portrait.jpg 2>log & child=$!; until_ answers &&"
          "rm xdg/mien/config.json && until_ logs 'read again' && stop");
    CU_ASSERT_EQUAL(run.code, 0);
}

static void settings_may_come_later_and_be_links(void)
{
    shell("export XDG_CONFIG_HOME=$PWD/later; mien kiosk --video portrait.jpg 2>log & child=$!\n"
          "until_ answers && mkdir -p later/mien && echo '{}' >later/mien/config.json &&"
          "until_ logs 'read again' && stop");
    CU_ASSERT_EQUAL(run.code, 0);
    shell("mkdir -p elsewhere; echo '{}' >elsewhere/shop.json; rm kiosk.json\n"
          "ln -s elsewhere/shop.json kiosk.json; kiosk && echo ' {}' >elsewhere/shop.json &&"
          "until_ logs 'read again' && stop; code=$?; rm kiosk.json; exit $code");
    CU_ASSERT_EQUAL(run.code, 0);
}

static void a_model_that_is_missing_changes_nothing(void)
{
    shell("unset MIEN_MODEL; settings '{\"emotion\": {\"model\": \"model.safetensors\"}}'\n"
          "kiosk && settings '{\"emotion\": {\"model\": \"none.safetensors\"}}' &&"
          "until_ says none.safetensors && stop");
    CU_ASSERT_EQUAL(run.code, 0);
    shell("unset MIEN_MODEL; settings '{\"emotion\": {\"model\": \"model.safetensors\"}}'\n"
          "kiosk && cp model.safetensors other.safetensors &&"
          "settings '{\"emotion\": {\"model\": \"other.safetensors\"}}' &&"
          "until_ logs 'read again' && rm other.safetensors && until_ says '\"faces\":1' && stop");
    CU_ASSERT_EQUAL(run.code, 0);
}

static void a_missing_camera_is_waited_for(void)
{
    shell("settings '{\"camera\": {\"device\": \"/dev/no-such-camera\"}}'; start &&"
          "says '\"state\":\"lost\"' && says '{\"p50\":null,\"p95\":null}' && logs "
          "'/dev/no-such-camera.*next try in' && stop");
    CU_ASSERT_EQUAL(run.code, 0);
    shell("settings '{\"camera\": {\"device\": \"/dev/no-a, /dev/no-b\"}}'; start &&"
          "until_ logs '/dev/no-a.*next try in' && logs '/dev/no-b' && stop");
    CU_ASSERT_EQUAL(run.code, 0);
}

static void a_missing_video_is_not(void)
{
    shell("mien kiosk --config kiosk.json --video none.mp4 2>log; [ $? = 2 ] && logs none.mp4");
    CU_ASSERT_EQUAL(run.code, 0);
}

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CU_ASSERT_EQUAL(bind(fd, (struct sockaddr *)&address, size), 0);
    CU_ASSERT_EQUAL(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}

/* As with a camera: it is said, the faces are gone, and it goes on when there are pictures again.
 */
static void a_pipe_that_stops_is_stalled_then_lost(void)
{
    if (!media_make("-loop 1 -r 25 -t 3 -i portrait.jpg -c:v mpeg2video -q:v 2 -pix_fmt yuv420p "
                    "-f mpegts piped.ts"))
        return;
    shell("frames() { sed 's/.*\"frames\":\\([0-9]*\\).*/\\1/' status; }\n"
          "more() { answers && [ $(frames) -gt $before ]; }\n"
          "mkfifo pipe && exec 3<>pipe && start --video pipe && cat piped.ts >&3 &&"
          "until_ says '\"faces\":1' && until_ says '\"state\":\"lost' && says '\"faces\":0' &&"
          "before=$(frames) && cat piped.ts >&3 && until_ more && stop");
    CU_ASSERT_EQUAL(run.code, 0);
    shell("start --video pipe && stop"); /* before there is a picture */
    CU_ASSERT_EQUAL(run.code, 0);
}

/* A camera of the network; its secrets are in no message, and it is there again when it has ended.
 */
static void a_stream_is_opened_again(void)
{
    char script[2048];
    media_shell(&run, "command -v ffmpeg");
    if (run.code) {
        skip_test("ffmpeg is not installed");
        return;
    }
    snprintf(
        script, sizeof script,
        "url=http://viewer:hush@127.0.0.1:%d/\n"
        "bring() { [ -e over ] || sh -c 'echo $$ >server; exec timeout 60 ffmpeg -v error -re "
        "-loop 1 -r 25 -i portrait.jpg -q:v 2 -t '$1' -f mpjpeg -listen 1 '$url; }\n"
        "settings '{\"camera\": {\"device\": \"'$url'\"}, \"log\": {\"level\": \"debug\"}}'\n"
        "start && until_ logs 'trying again' && { until_ bring 5 & } &&"
        "until_ says '\"faces\":1' && until_ says '\"state\":\"lost' && { until_ bring 60 & } &&"
        "until_ says '\"state\":\"running' && says 'http://127.0.0.1' && stop &&"
        "! grep -q hush log status; code=$?\n"
        "touch over; kill $(cat server); wait; exit $code",
        free_port());
    shell(script);
    CU_ASSERT_EQUAL(run.code, 0);
}

/* What a row counts adds up to its faces. */
static void check_row(const char *text)
{
    cJSON *row = cJSON_Parse(text);
    CU_ASSERT_PTR_NOT_NULL_FATAL(row);
    double sum = number(row, "uncertain");
    const cJSON *emotion;
    cJSON_ArrayForEach(emotion, cJSON_GetObjectItem(row, "emotions")) sum += emotion->valuedouble;
    CU_ASSERT_EQUAL(number(row, "faces"), 1);
    CU_ASSERT_EQUAL(sum, 1);
    CU_ASSERT(number(row, "seconds") > 0);
    CU_ASSERT(cJSON_IsString(cJSON_GetObjectItem(row, "time")));
    cJSON_Delete(row);
}

static void appends_counts(void)
{
    shell("settings '{\"counts\": {\"file\": \"counts.jsonl\", \"interval\": 1}}'; kiosk &&"
          "until_ grep -sq '\"faces\":1' counts.jsonl && stop && grep '\"faces\":1' counts.jsonl | "
          "head -n 1");
    CU_ASSERT_EQUAL(run.code, 0);
    check_row(run.out);
    shell("rm -f counts.jsonl\n" /* what was counted before the end is not lost */
          "settings '{\"counts\": {\"file\": \"counts.jsonl\", \"interval\": 86400}}'; kiosk &&"
          "until_ says '\"faces\":1' && until_ says '\"looks\":[1-9][0-9]' && stop && cat "
          "counts.jsonl");
    CU_ASSERT_EQUAL(run.code, 0);
    check_row(run.out);
}

/* A full disk is told of once, and a pipe that nobody reads holds up nobody. */
static void counts_that_cannot_be_written_are_told_of_once(void)
{
    shell("settings '{\"counts\": {\"file\": \"/dev/full\", \"interval\": 1}}'; kiosk &&"
          "until_ logs 'counts are not written: /dev/full' && sleep 2.5 && stop &&"
          "test $(grep -c 'not written' log) = 1");
    CU_ASSERT_EQUAL(run.code, 0);
    shell(
        "mkfifo unread; settings '{\"counts\": {\"file\": \"unread\", \"interval\": 1}}'; kiosk &&"
        "until_ logs 'counts are not written: unread' && answers && stop");
    CU_ASSERT_EQUAL(run.code, 0);
}

static void nothing_is_stored_unasked(void)
{
    shell(
        "mkdir -p fresh && cd fresh && PATH=..:$PATH MIEN_MODEL=../model.safetensors\n"
        "settings '{}'; start --video ../portrait.jpg && until_ says '\"faces\":1' && stop && ls");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_STRING_EQUAL(run.out, "kiosk.json\nlog\nstatus\n");
}

/* ---- a broker ---- */

static bool has_broker(void)
{
    media_shell(&run, "PATH=$PATH:/usr/sbin; command -v mosquitto && command -v mosquitto_sub");
    if (MIEN_MQTT && !run.code)
        return true;
    skip_test("mosquitto is not installed, or mien is built without it");
    return false;
}

static void publishes_counts(void)
{
    if (!has_broker())
        return;
    char script[2048];
    snprintf(
        script, sizeof script,
        "port=%d; PATH=$PATH:/usr/sbin\n"
        "settings '{\"counts\": {\"interval\": 1}, \"mqtt\": {\"host\": \"127.0.0.1\", \"topic\": "
        "\"shop/faces\", \"port\": '$port'}}'\n"
        "kiosk && until_ logs 'MQTT.*trying again' &&" /* it began before the broker */
        "{ mosquitto -p $port >broker 2>&1 & broker=$!; until_ logs connected; } &&"
        "mosquitto_sub -h 127.0.0.1 -p $port -t shop/faces -W 90 | grep -m 1 '\"faces\":1' >heard"
        "&& kill $broker && wait $broker;"
        "until_ sh -c '[ $(grep -c \"trying again\" log) = 2 ]' &&"
        "{ mosquitto -p $port >broker 2>&1 & broker=$!; } &&"
        "until_ sh -c '[ $(grep -c connected log) = 2 ]' && stop; code=$?\n"
        "kill $broker; tail -n 1 heard; exit $code",
        free_port());
    shell(script);
    CU_ASSERT_EQUAL(run.code, 0);
    check_row(run.out);
}

/* A broker that wants a name, a password and TLS, with a certificate of an authority made here. */
static const char guarded_broker[] =
    "port=%d; PATH=$PATH:/usr/sbin\n"
    "authority() { openssl req -newkey rsa:2048 -nodes -x509 -days 2 -keyout $1.key -out $1.pem "
    "-subj /CN=$1; }\n"
    "{ authority ca; authority other; echo subjectAltName=DNS:localhost >names;"
    "openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost;"
    "openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
    "-extfile names -out server.pem; } 2>/dev/null\n"
    "mosquitto_passwd -b -c passwords mien secret && chmod go+r server.key passwords\n"
    "printf '%%s\\n' \"listener $port localhost\" 'user root' 'allow_anonymous false' "
    "\"password_file $PWD/passwords\" \"cafile $PWD/ca.pem\" \"certfile $PWD/server.pem\" "
    "\"keyfile $PWD/server.key\" >broker.conf\n"
    "mosquitto -c broker.conf >broker 2>&1 & broker=$!; trap 'kill $child $broker' EXIT\n"
    "using() { settings '{\"counts\": {\"interval\": 1}, \"mqtt\": {\"host\": \"localhost\", "
    "\"topic\": "
    "\"shop/faces\", \"port\": '$port', \"user\": \"mien\", \"ca_file\": \"'$1'\"}}'; }\n";

static void publishes_to_who_proves_itself_only(void)
{
    if (!has_broker())
        return;
    media_shell(&run, "command -v openssl");
    if (run.code) {
        skip_test("openssl is not installed");
        return;
    }
    char script[4096];
    snprintf(script, sizeof script, guarded_broker, free_port());
    size_t used = strlen(script);
    snprintf(script + used, sizeof script - used,
             "export MIEN_MQTT_PASSWORD=secret; using ca.pem; kiosk && until_ logs connected &&"
             "mosquitto_sub --cafile ca.pem -h localhost -p $port -u mien -P secret -t shop/faces "
             "-W 90 | grep -m 1 '\"faces\":1' >heard && stop; tail -n 1 heard");
    shell(script);
    CU_ASSERT_EQUAL(run.code, 0);
    check_row(run.out);
    snprintf(script + used, sizeof script - used,
             "export MIEN_MQTT_PASSWORD=guessed; using ca.pem; kiosk &&"
             "until_ logs 'MQTT.*[Nn]ot authori.ed.*trying again' && ! logs connected && stop");
    shell(script);
    CU_ASSERT_EQUAL(run.code, 0);
    snprintf(
        script + used, sizeof script - used,
        "export MIEN_MQTT_PASSWORD=secret; using other.pem; kiosk &&"
        "until_ logs 'MQTT.*TLS fails: certificate.*trying again' && ! logs connected && stop");
    shell(script);
    CU_ASSERT_EQUAL(run.code, 0);
    snprintf(
        script + used, sizeof script - used,
        "using none.pem; kiosk && until_ logs 'mqtt.ca_file: none.pem cannot be used' && stop");
    shell(script);
    CU_ASSERT_EQUAL(run.code, 0);
}

/* It listens, and accepts nobody: whoever connects waits for minutes. Returns its port. */
static int deaf_broker(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address, size), 0);
    CU_ASSERT_EQUAL_FATAL(listen(fd, 0), 0);
    CU_ASSERT_EQUAL_FATAL(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    for (int i = 0; i < 4; i++) { /* its queue is full from now on */
        int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        connect(other, (struct sockaddr *)&address, size);
    }
    return ntohs(address.sin_port);
}

/* Changed settings are taken over, questions answered, and it ends before the connection fails. */
static void nothing_waits_for_a_broker(void)
{
    if (!MIEN_MQTT) {
        skip_test("mien is built without MQTT");
        return;
    }
    char script[1024];
    snprintf(script, sizeof script,
             "use() { settings '{\"mqtt\": {\"host\": \"127.0.0.1\", \"topic\": \"'$1'\", "
             "\"port\": %d}}'; }; gone() { ! kill -0 $child 2>/dev/null; }\n"
             "use one; kiosk && sleep 1 && use two && until_ logs 'read again' && answers &&"
             "sleep 1 && kill -TERM $child && until_ gone && wait $child",
             deaf_broker());
    shell(script);
    CU_ASSERT_EQUAL(run.code, 0);
}

/* ---- systemd ---- */

static int notify_socket(const char *watchdog_us)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "notify"};
    struct timeval patience = {.tv_sec = 90};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    char path[256];
    CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(path, sizeof path - 8));
    setenv("NOTIFY_SOCKET", strcat(path, "/notify"), 1);
    setenv("WATCHDOG_USEC", watchdog_us, 1);
    return fd;
}

static void expect_note(int fd, const char *note)
{
    char text[256] = "";
    ssize_t size = recv(fd, text, sizeof text - 1, 0);
    CU_ASSERT(size > 0);
    CU_ASSERT_STRING_EQUAL(text, note);
}

static pid_t spawn(const char *const *command)
{
    pid_t child = fork();
    if (child)
        return child;
    execvp(command[0], (char *const *)command);
    _exit(127);
}

/* Ends it and its socket. */
static void end(pid_t child, int fd)
{
    char text[64] = "";
    int status;
    kill(child, SIGTERM);
    while (strcmp(text, "STOPPING=1") && recv(fd, text, sizeof text - 1, 0) > 0)
        ;
    CU_ASSERT_STRING_EQUAL(text, "STOPPING=1");
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    close(fd);
    unlink("notify");
}

static void tells_systemd(void)
{
    if (!MIEN_SYSTEMD) {
        skip_test("mien is built without libsystemd");
        return;
    }
    const char *const command[] = {"mien", "kiosk", "--video", "portrait.jpg", NULL};
    int fd = notify_socket("600000");
    pid_t child = spawn(command);
    expect_note(fd, "READY=1");
    expect_note(fd, "WATCHDOG=1");
    expect_note(fd, "WATCHDOG=1");
    end(child, fd);
}

/* Until nothing is heard for longer than the watchdog waits. */
static bool falls_silent(int fd)
{
    char text[64];
    struct timeval watchdog = {.tv_sec = 4}, patience = {.tv_sec = 90};
    ssize_t size = 1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &watchdog, sizeof watchdog);
    for (int i = 0; i < 30 && size > 0; i++)
        size = recv(fd, text, sizeof text, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return size < 0;
}

/* It sends nothing, and a stream that is ended for that does not end. */
static void a_driver_that_hangs_is_a_fault(void)
{
    if (!MIEN_SYSTEMD) {
        skip_test("mien is built without libsystemd");
        return;
    }
    const char *const command[] = {"mien-faked", "kiosk", "--config", "kiosk.json", NULL};
    media_shell(&run, "echo '{\"camera\": {\"device\": \"/dev/null\"}}' >kiosk.json");
    int fd = notify_socket("4000000");
    pid_t child = spawn(command);
    expect_note(fd, "READY=1");
    expect_note(fd, "WATCHDOG=1");
    media_shell(&run, ": >camera-silent; : >camera-hangs");
    CU_ASSERT(falls_silent(fd));
    media_shell(&run, "rm camera-*");
    expect_note(fd, "WATCHDOG=1");
    end(child, fd);
}

static void logs_priorities_to_the_journal(void)
{
    shell(": >log; settings '{'; export JOURNAL_STREAM=$(stat -c %d:%i log);"
          "mien kiosk --config kiosk.json 2>>log; cat log");
    CU_ASSERT_EQUAL(strncmp(run.out, "<3>kiosk.json:2:", 16), 0);
}

static void logs_no_less_than_asked(void)
{
    shell("settings '{\"log\": {\"level\": \"warning\"}}'; kiosk && stop && ! [ -s log ]");
    CU_ASSERT_EQUAL(run.code, 0);
}

static void unit_is_in_order(void)
{
    media_shell(&run, "command -v systemd-analyze");
    if (run.code) {
        skip_test("systemd-analyze is not installed");
        return;
    }
    media_shell(&run,
                "sed \"s|@bindir@/mien|$MIEN|\" \"$TEST_SOURCE/config/mien-kiosk.service.in\" "
                ">mien-kiosk.service && systemd-analyze verify --man=no ./mien-kiosk.service");
    CU_ASSERT_EQUAL(run.code, 0);
    CU_ASSERT_STRING_EQUAL(run.err, "");
}

int main(void)
{
    const struct test tests[] = {
        {"tells how it is", tells_how_it_is},
        {"runs once", runs_once},
        {"leaves what is no socket", leaves_what_is_no_socket},
        {"wrong settings are told with their place", wrong_settings_are_told_with_their_place},
        {"settings change while it runs", settings_change_while_it_runs},
        {"a signal reads the settings again", a_signal_reads_the_settings_again},
        {"settings may come later and be links", settings_may_come_later_and_be_links},
        {"a model that is missing changes nothing", a_model_that_is_missing_changes_nothing},
        {"a missing camera is waited for", a_missing_camera_is_waited_for},
        {"a missing video is not", a_missing_video_is_not},
        {"a pipe that stops is stalled, then lost", a_pipe_that_stops_is_stalled_then_lost},
        {"a stream is opened again", a_stream_is_opened_again},
        {"appends counts", appends_counts},
        {"counts that cannot be written are told of once",
         counts_that_cannot_be_written_are_told_of_once},
        {"nothing is stored unasked", nothing_is_stored_unasked},
        {"publishes counts", publishes_counts},
        {"publishes to who proves itself only", publishes_to_who_proves_itself_only},
        {"nothing waits for a broker", nothing_waits_for_a_broker},
        {"tells systemd", tells_systemd},
        {"a driver that hangs is a fault", a_driver_that_hangs_is_a_fault},
        {"logs priorities to the journal", logs_priorities_to_the_journal},
        {"logs no less than asked", logs_no_less_than_asked},
        {"unit is in order", unit_is_in_order},
        {NULL, NULL},
    };
    program_enter();
    char here[256];
    if (!getcwd(here, sizeof here))
        return 99;
    setenv("XDG_RUNTIME_DIR", here, 1);
    unsetenv("RUNTIME_DIRECTORY");
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    return run_tests("kiosk", tests);
}
