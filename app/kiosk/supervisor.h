/* What the service manager is told: that the kiosk is ready, and, as long as all of it works, that
 * it is alive (sd_notify(3), systemd.service(5): WatchdogSec). Without systemd nobody is told. */
#ifndef APP_KIOSK_SUPERVISOR_H
#define APP_KIOSK_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>

/* How often each stage has done its work. */
struct stages {
    bool camera_away; /* capture and analysis then have nothing to do but to look after it */
    uint64_t turns;   /* of whoever looks after the camera */
    uint64_t captured, analysed, shown;
};

/* Zeroed, nobody is told. */
struct supervisor {
    double interval; /* seconds between signs of life; 0: nobody waits for them */
    double next;
    struct stages last;
};

/* The kiosk is ready; the service manager may wait for signs of life from now on. */
void supervisor_begin(struct supervisor *supervisor, double now);

/* Gives a sign of life when one is due and every stage has advanced since the last one. A stage
 * that hangs lets the next one wait, and in the end the service manager restarts the kiosk. */
void supervisor_look(struct supervisor *supervisor, const struct stages *stages, double now);

/* The decision alone: true when a sign of life is due. */
bool supervisor_due(struct supervisor *supervisor, const struct stages *stages, double now);

/* The kiosk ends on purpose. */
void supervisor_end(void);

#endif
