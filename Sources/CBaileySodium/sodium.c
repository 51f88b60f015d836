#include "bailey_sodium.h"

#include <sodium.h>

uint8_t *bailey_secret_new(size_t count) {
  if (sodium_init() < 0) return NULL;
  uint8_t *secret = sodium_malloc(count);
  // sodium_malloc goes on without the lock.
  if (secret && sodium_mlock(secret, count) != 0) {
    sodium_free(secret);
    return NULL;
  }
  return secret;
}

void bailey_secret_free(uint8_t *secret) { sodium_free(secret); }

void bailey_random(uint8_t *bytes, size_t count) { randombytes_buf(bytes, count); }

void bailey_zero(void *bytes, size_t count) { sodium_memzero(bytes, count); }

int bailey_differ(const uint8_t *left, const uint8_t *right, size_t count) { return sodium_memcmp(left, right, count); }

int bailey_seal(uint8_t *sealed, const uint8_t *plain, size_t count, const uint8_t *data, size_t data_count,
                const uint8_t *nonce, const uint8_t *key) {
  return crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, plain, count, data, data_count, NULL, nonce, key);
}

int bailey_open(uint8_t *plain, const uint8_t *sealed, size_t count, const uint8_t *data, size_t data_count,
                const uint8_t *nonce, const uint8_t *key) {
  return crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed, count, data, data_count, nonce, key);
}

int bailey_stretch(uint8_t *key, const uint8_t *passphrase, size_t count, const uint8_t *salt, uint64_t passes, size_t memory) {
  return crypto_pwhash(key, bailey_key_bytes, (const char *)passphrase, count, salt, passes, memory, crypto_pwhash_ALG_ARGON2ID13);
}
