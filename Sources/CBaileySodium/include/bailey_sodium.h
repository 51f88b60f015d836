#pragma once

#include <stddef.h>
#include <stdint.h>

// A thin shim over libsodium: memory for secrets, XChaCha20-Poly1305 and Argon2id. What fails returns a null pointer or -1.

enum {
  bailey_key_bytes = 32,
  bailey_nonce_bytes = 24,
  bailey_tag_bytes = 16,
  bailey_salt_bytes = 16,
};

// Memory between guard pages that is locked (never swapped), left out of core dumps, and zeroed by `bailey_secret_free`.
// Null when it cannot be had or cannot be locked.
uint8_t *bailey_secret_new(size_t count);
void bailey_secret_free(uint8_t *secret);

void bailey_random(uint8_t *bytes, size_t count);
void bailey_zero(void *bytes, size_t count);
// 0 when equal, in the same time wherever they differ.
int bailey_differ(const uint8_t *left, const uint8_t *right, size_t count);

// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha): `sealed` has room for `count` + 16 bytes.
int bailey_seal(uint8_t *sealed, const uint8_t *plain, size_t count, const uint8_t *data, size_t data_count,
                const uint8_t *nonce, const uint8_t *key);
// `plain` has room for `count` - 16 bytes; nothing is left in it when the tag is wrong.
int bailey_open(uint8_t *plain, const uint8_t *sealed, size_t count, const uint8_t *data, size_t data_count,
                const uint8_t *nonce, const uint8_t *key);

// Argon2id (RFC 9106), one lane; `memory` in bytes.
int bailey_stretch(uint8_t *key, const uint8_t *passphrase, size_t count, const uint8_t *salt, uint64_t passes, size_t memory);
