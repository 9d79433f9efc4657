#include "supervisor.h"

#include "app_config.h"

#if MIEN_SYSTEMD
#include <systemd/sd-daemon.h>
#else
static int sd_notify(int unset, const char *state)
{
    (void)unset, (void)state;
    return 0;
}

static int sd_watchdog_enabled(int unset, uint64_t *microseconds)
{
    (void)unset, (void)microseconds;
    return 0;
}
#endif

void supervisor_begin(struct supervisor *supervisor, double now)
{
    uint64_t microseconds = 0;
    sd_notify(0, "READY=1");
    if (sd_watchdog_enabled(0, &microseconds) > 0)
        supervisor->interval = (double)microseconds / 1e6 / 3;
    supervisor->next = now + supervisor->interval;
}

bool supervisor_due(struct supervisor *supervisor, const struct stages *stages, double now)
{
    const struct stages *last = &supervisor->last;
    if (!(supervisor->interval > 0) || now < supervisor->next)
        return false;
    bool sees = stages->captured > last->captured && stages->analysed > last->analysed;
    bool waits =
        stages->camera_away && stages->turns != last->turns; /* another camera has others */
    if ((!sees && !waits) || stages->shown <= last->shown)
        return false;
    supervisor->last = *stages;
    supervisor->next = now + supervisor->interval;
    return true;
}

void supervisor_look(struct supervisor *supervisor, const struct stages *stages, double now)
{
    if (supervisor_due(supervisor, stages, now))
        sd_notify(0, "WATCHDOG=1");
}

void supervisor_end(void)
{
    sd_notify(0, "STOPPING=1");
}
