#include "common/crypto/random.h"

#include <openssl/rand.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <cstring>

#include "common/base/check.h"
#include "common/crypto/limits.h"
#include "common/crypto/secret.h"

namespace nwd::crypto {
namespace {

constexpr size_t kDrawAheadBytes = 1024;
constexpr size_t kDirectFromBytes = 256;  // a larger draw goes straight to the generator

// Counts forks in this process's ancestry: a buffer filled under another count belongs to the parent.
std::atomic<uint64_t>& ForkCount() {
  static std::atomic<uint64_t> count{0};
  static const int registered = pthread_atfork(nullptr, nullptr, [] { count.fetch_add(1, std::memory_order_relaxed); });
  NWD_CHECK(registered == 0);
  return count;
}

void Generate(uint8_t* out, size_t size_bytes) {
  NWD_CHECK(size_bytes <= kMaxMessageBytes);
  NWD_CHECK(RAND_bytes(out, static_cast<int>(size_bytes)) == 1);
}

class DrawnAhead {
 public:
  ~DrawnAhead() { Wipe(bytes_.data(), bytes_.size()); }

  void Take(absl::Span<uint8_t> out) {
    const uint64_t forks = ForkCount().load(std::memory_order_relaxed);
    if (left_ < out.size() || forks != forks_) {
      Generate(bytes_.data(), bytes_.size());
      left_ = bytes_.size();
      forks_ = forks;
    }
    uint8_t* source = bytes_.data() + bytes_.size() - left_;
    std::memcpy(out.data(), source, out.size());
    Wipe(source, out.size());
    left_ -= out.size();
  }

 private:
  std::array<uint8_t, kDrawAheadBytes> bytes_;
  size_t left_ = 0;
  uint64_t forks_ = 0;
};

}  // namespace

void FillRandom(absl::Span<uint8_t> out) {
  if (out.empty()) return;
  if (out.size() >= kDirectFromBytes) return Generate(out.data(), out.size());
  thread_local DrawnAhead ahead;
  ahead.Take(out);
}

std::string RandomBytes(size_t size_bytes) {
  std::string bytes(size_bytes, '\0');
  FillRandom({reinterpret_cast<uint8_t*>(bytes.data()), bytes.size()});
  return bytes;
}

}  // namespace nwd::crypto
