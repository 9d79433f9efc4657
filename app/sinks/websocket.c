#include "websocket.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- SHA-1 (FIPS 180-4), of less than 2^29 bytes ---- */

enum { BLOCK = 64, DIGEST = 20 };

static uint32_t turn(uint32_t value, int bits)
{
    return value << bits | value >> (32 - bits);
}

static uint32_t mix(int round, uint32_t b, uint32_t c, uint32_t d)
{
    return round < 20   ? ((b & c) | (~b & d)) + 0x5A827999
           : round < 40 ? (b ^ c ^ d) + 0x6ED9EBA1
           : round < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8F1BBCDC
                        : (b ^ c ^ d) + 0xCA62C1D6;
}

static void take_block(uint32_t state[5], const unsigned char block[BLOCK])
{
    uint32_t words[80], s[5];
    for (int i = 0; i < 16; i++)
        words[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
                   (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 80; i++)
        words[i] = turn(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 80; i++) {
        uint32_t next = turn(s[0], 5) + mix(i, s[1], s[2], s[3]) + s[4] + words[i];
        s[4] = s[3];
        s[3] = s[2];
        s[2] = turn(s[1], 30);
        s[1] = s[0];
        s[0] = next;
    }
    for (int i = 0; i < 5; i++)
        state[i] += s[i];
}

/* `text` has room for a block more than its `size`. */
static void digest(unsigned char *text, size_t size, unsigned char result[DIGEST])
{
    uint32_t state[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    size_t whole = (size + 8) / BLOCK * BLOCK + BLOCK;
    memset(text + size, 0, whole - size);
    text[size] = 0x80;
    for (int i = 0; i < 4; i++)
        text[whole - 1 - (size_t)i] = (unsigned char)(size * 8 >> 8 * i);
    for (size_t at = 0; at < whole; at += BLOCK)
        take_block(state, text + at);
    for (int i = 0; i < DIGEST; i++)
        result[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
}

/* ---- base64 ---- */

static void encode(const unsigned char bytes[DIGEST], char answer[WEBSOCKET_ACCEPT_SIZE])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < 7; i++) {
        uint32_t third = 3 * i + 2 < DIGEST ? bytes[3 * i + 2] : 0;
        uint32_t group = (uint32_t)bytes[3 * i] << 16 | (uint32_t)bytes[3 * i + 1] << 8 | third;
        for (int k = 0; k < 4; k++)
            answer[4 * i + k] = digits[group >> (18 - 6 * k) & 63];
    }
    answer[27] = '='; /* 20 bytes are a byte less than seven groups */
    answer[28] = '\0';
}

/* ---- for the server ---- */

void websocket_accept(const char *key, char answer[WEBSOCKET_ACCEPT_SIZE])
{
    unsigned char text[4 * BLOCK], result[DIGEST];
    int size =
        snprintf((char *)text, sizeof text, "%.64s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    digest(text, (size_t)size, result);
    encode(result, answer);
}

size_t websocket_head(size_t size, unsigned char head[WEBSOCKET_HEAD_MAX])
{
    head[0] = 0x81; /* a text, whole */
    if (size < 126) {
        head[1] = (unsigned char)size;
        return 2;
    }
    head[1] = 126;
    head[2] = (unsigned char)(size >> 8);
    head[3] = (unsigned char)size;
    return 4;
}
