#include "in_order.h"

#include <pthread.h>

struct run {
    const struct in_order *things;
    pthread_mutex_t lock;
    pthread_cond_t turned;
    int next;                       /* thing that nobody has taken */
    int turn;                       /* thing to be handed over */
    bool made[IN_ORDER_WINDOW_MAX]; /* of the things in the window: it waits for its turn */
    bool handing;                   /* a thread is at it */
    bool ended;
};

struct thread {
    pthread_t id;
    struct run *run;
    int number;
};

/* Returns −1 where there is nothing more to do. */
static int take(struct run *run)
{
    const struct in_order *things = run->things;
    int number = -1;
    pthread_mutex_lock(&run->lock);
    while (!run->ended && run->next < things->count && run->next - run->turn >= things->window)
        pthread_cond_wait(&run->turned, &run->lock);
    if (!run->ended && run->next < things->count && things->wanted(things->user))
        number = run->next++;
    pthread_mutex_unlock(&run->lock);
    return number;
}

/* Under the lock, which is free while a thing is handed over. */
static void hand_over_those_made(struct run *run)
{
    const struct in_order *things = run->things;
    bool *made = &run->made[run->turn % things->window];
    while (*made) {
        pthread_mutex_unlock(&run->lock);
        bool ended = run->ended || !things->hand_over(things->user, run->turn);
        pthread_mutex_lock(&run->lock);
        *made = false;
        run->ended = ended;
        run->turn++;
        pthread_cond_broadcast(&run->turned);
        made = &run->made[run->turn % things->window];
    }
}

static void note_made(struct run *run, int number)
{
    pthread_mutex_lock(&run->lock);
    run->made[number % run->things->window] = true;
    if (!run->handing) {
        run->handing = true;
        hand_over_those_made(run);
        run->handing = false;
    }
    pthread_mutex_unlock(&run->lock);
}

static void work(struct run *run, int thread)
{
    const struct in_order *things = run->things;
    for (int i = take(run); i >= 0; i = take(run)) {
        things->work(things->user, thread, i);
        note_made(run, i);
    }
}

static void *work_beside(void *user)
{
    struct thread *thread = user;
    const struct in_order *things = thread->run->things;
    if (things->begin(things->user, thread->number))
        work(thread->run, thread->number);
    return NULL;
}

void in_order_run(const struct in_order *things)
{
    struct run run = {things, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER};
    struct thread threads[IN_ORDER_THREADS_MAX];
    int begun = 1;
    for (; begun < things->threads; begun++) {
        threads[begun].run = &run;
        threads[begun].number = begun;
        if (pthread_create(&threads[begun].id, NULL, work_beside, &threads[begun]))
            break;
    }
    work(&run, 0);
    for (int i = 1; i < begun; i++)
        pthread_join(threads[i].id, NULL);
}
