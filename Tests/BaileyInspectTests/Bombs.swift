/// 30 MiB of zeros, compressed by bzip2 to 50 bytes.
let bombOfZeros = "QlpoOTFBWSZTWWVGOZ8A8PDAAsAAAAIACCAAMMwFKaaCqCrYQqgq8XckU4UJBlRjmfA="
