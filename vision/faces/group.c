#include "group.h"

#include <math.h>
#include <stdlib.h>

#define LIKENESS 0.2

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int are_alike(const struct mien_box *a, const struct mien_box *b)
{
    double reach = LIKENESS * (smaller(a->width, b->width) + smaller(a->height, b->height)) * 0.5;
    return abs(a->x - b->x) <= reach && abs(a->y - b->y) <= reach &&
           abs(a->x + a->width - b->x - b->width) <= reach &&
           abs(a->y + a->height - b->y - b->height) <= reach;
}

static int root_of(struct group_work *work, int i)
{
    while (work[i].parent != i)
        i = work[i].parent = work[work[i].parent].parent;
    return i;
}

static void join_alike(const struct mien_box *boxes, int count, struct group_work *work)
{
    for (int i = 0; i < count; i++)
        work[i] = (struct group_work){.parent = i, .group = -1};
    for (int i = 0; i < count; i++)
        for (int j = 0; j < i; j++)
            if (are_alike(&boxes[i], &boxes[j]))
                work[root_of(work, i)].parent = root_of(work, j);
}

/* Groups are numbered in the order of their first hits. */
static int sum_groups(const struct mien_box *boxes, int count, struct group_work *work)
{
    int groups = 0;
    for (int i = 0; i < count; i++) {
        int root = root_of(work, i);
        if (work[root].group < 0)
            work[root].group = groups++;
        struct group_work *group = &work[work[root].group];
        group->x += boxes[i].x;
        group->y += boxes[i].y;
        group->width += boxes[i].width;
        group->height += boxes[i].height;
        group->hits++;
    }
    return groups;
}

static struct mien_box average_of(const struct group_work *group)
{
    float share = 1.f / (float)group->hits;
    return (struct mien_box){
        (int)lrintf((float)group->x * share), (int)lrintf((float)group->y * share),
        (int)lrintf((float)group->width * share), (int)lrintf((float)group->height * share)};
}

/* Group `a` is dropped when it lies in `b` and has far fewer hits. */
static int lies_in(const struct group_work *a, const struct group_work *b)
{
    int dx = (int)lrint(b->width * LIKENESS), dy = (int)lrint(b->height * LIKENESS);
    return a->x >= b->x - dx && a->y >= b->y - dy && a->x + a->width <= b->x + b->width + dx &&
           a->y + a->height <= b->y + b->height + dy &&
           (b->hits > (a->hits > 3 ? a->hits : 3) || a->hits < 3);
}

static int is_kept(const struct group_work *work, int groups, int i, int neighbours)
{
    if (work[i].hits <= neighbours)
        return 0;
    for (int j = 0; j < groups; j++)
        if (j != i && work[j].hits > neighbours && lies_in(&work[i], &work[j]))
            return 0;
    return 1;
}

int group_boxes(struct mien_box *boxes, int count, int neighbours, struct group_work *work)
{
    if (neighbours <= 0)
        return count;
    join_alike(boxes, count, work);
    int groups = sum_groups(boxes, count, work), kept = 0;
    for (int i = 0; i < groups; i++) {
        struct mien_box box = average_of(&work[i]);
        work[i].x = box.x;
        work[i].y = box.y;
        work[i].width = box.width;
        work[i].height = box.height;
    }
    for (int i = 0; i < groups; i++)
        if (is_kept(work, groups, i, neighbours))
            boxes[kept++] = (struct mien_box){work[i].x, work[i].y, work[i].width, work[i].height};
    return kept;
}
