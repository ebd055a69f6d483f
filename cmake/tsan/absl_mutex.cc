// For builds with the thread sanitizer only: shows it the locks of Abseil's Mutex and CondVar.
//
// Debian's libabsl is not built with the sanitizer, which therefore sees neither its atomics nor its locks, and takes
// everything they guard for a race. The functions here stand in front of the library's (a program's own symbols win
// over a shared library's), tell the sanitizer what is locked and unlocked, and call on. Conditions run inside the
// library with the lock held, by whichever thread is unlocking: what happens in there is not checked.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"

extern "C" void AnnotateIgnoreReadsBegin(const char*, int);
extern "C" void AnnotateIgnoreReadsEnd(const char*, int);
extern "C" void AnnotateIgnoreWritesBegin(const char*, int);
extern "C" void AnnotateIgnoreWritesEnd(const char*, int);

namespace {

constexpr unsigned kFlags = __tsan_mutex_linker_init | __tsan_mutex_not_static;

// What the library does inside is not looked at.
class Unwatched {
 public:
  Unwatched() {
    AnnotateIgnoreReadsBegin(__FILE__, __LINE__);
    AnnotateIgnoreWritesBegin(__FILE__, __LINE__);
  }
  ~Unwatched() {
    AnnotateIgnoreWritesEnd(__FILE__, __LINE__);
    AnnotateIgnoreReadsEnd(__FILE__, __LINE__);
  }
};

template <typename Function>
Function* Original(const char* symbol) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, symbol));
}

void Taken(void* mutex, unsigned mode) { __tsan_mutex_post_lock(mutex, kFlags | mode, 0); }
void WillTake(void* mutex, unsigned mode) { __tsan_mutex_pre_lock(mutex, kFlags | mode); }
void WillRelease(void* mutex, unsigned mode) { __tsan_mutex_pre_unlock(mutex, kFlags | mode); }
void Released(void* mutex, unsigned mode) { __tsan_mutex_post_unlock(mutex, kFlags | mode); }

constexpr unsigned kWrite = 0;
constexpr unsigned kRead = __tsan_mutex_read_lock;

}  // namespace

// Name of the symbol, as `nm -D libabsl_synchronization.so` prints it, after the namespace.
#define NWD_CALL(type, name, ...)                                          \
  [&] {                                                                    \
    static auto* const original = Original<type>("_ZN4absl7debian3" name); \
    const Unwatched unwatched;                                             \
    return original(__VA_ARGS__);                                          \
  }()

#define NWD_LOCK(method, mode, name)    \
  void Mutex::method() {                \
    WillTake(this, mode);               \
    NWD_CALL(void(Mutex*), name, this); \
    Taken(this, mode);                  \
  }
#define NWD_TRY_LOCK(method, mode, name)                                                                             \
  bool Mutex::method() {                                                                                             \
    __tsan_mutex_pre_lock(this, kFlags | mode | __tsan_mutex_try_lock);                                              \
    const bool taken = NWD_CALL(bool(Mutex*), name, this);                                                           \
    __tsan_mutex_post_lock(this, kFlags | mode | __tsan_mutex_try_lock | (taken ? 0 : __tsan_mutex_try_lock_failed), \
                           0);                                                                                       \
    return taken;                                                                                                    \
  }
#define NWD_UNLOCK(method, mode, name)  \
  void Mutex::method() {                \
    WillRelease(this, mode);            \
    NWD_CALL(void(Mutex*), name, this); \
    Released(this, mode);               \
  }

namespace absl {
ABSL_NAMESPACE_BEGIN

NWD_LOCK(Lock, kWrite, "5Mutex4LockEv")
NWD_LOCK(ReaderLock, kRead, "5Mutex10ReaderLockEv")
NWD_TRY_LOCK(TryLock, kWrite, "5Mutex7TryLockEv")
NWD_TRY_LOCK(ReaderTryLock, kRead, "5Mutex13ReaderTryLockEv")
NWD_UNLOCK(Unlock, kWrite, "5Mutex6UnlockEv")
NWD_UNLOCK(ReaderUnlock, kRead, "5Mutex12ReaderUnlockEv")

void Mutex::LockWhen(const Condition& condition) {
  WillTake(this, kWrite);
  NWD_CALL(void(Mutex*, const Condition&), "5Mutex8LockWhenERKNS0_9ConditionE", this, condition);
  Taken(this, kWrite);
}

bool Mutex::LockWhenWithTimeout(const Condition& condition, Duration timeout) {
  return LockWhenWithDeadline(condition, absl::Now() + timeout);
}

bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  WillTake(this, kWrite);
  const bool held = NWD_CALL(bool(Mutex*, const Condition&, Time),
                             "5Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE", this, condition, deadline);
  Taken(this, kWrite);
  return held;
}

// Await is called with the lock held either way; all of ours hold it for writing.
void Mutex::Await(const Condition& condition) {
  WillRelease(this, kWrite);
  Released(this, kWrite);
  WillTake(this, kWrite);
  NWD_CALL(void(Mutex*, const Condition&), "5Mutex5AwaitERKNS0_9ConditionE", this, condition);
  Taken(this, kWrite);
}

bool Mutex::AwaitWithTimeout(const Condition& condition, Duration timeout) {
  return AwaitWithDeadline(condition, absl::Now() + timeout);
}

bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  WillRelease(this, kWrite);
  Released(this, kWrite);
  WillTake(this, kWrite);
  const bool held = NWD_CALL(bool(Mutex*, const Condition&, Time),
                             "5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE", this, condition, deadline);
  Taken(this, kWrite);
  return held;
}

void CondVar::Wait(Mutex* mutex) {
  WillRelease(mutex, kWrite);
  Released(mutex, kWrite);
  WillTake(mutex, kWrite);
  NWD_CALL(void(CondVar*, Mutex*), "7CondVar4WaitEPNS0_5MutexE", this, mutex);
  Taken(mutex, kWrite);
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) { return WaitWithDeadline(mutex, absl::Now() + timeout); }

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  WillRelease(mutex, kWrite);
  Released(mutex, kWrite);
  WillTake(mutex, kWrite);
  const bool expired = NWD_CALL(bool(CondVar*, Mutex*, Time), "7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE", this,
                                mutex, deadline);
  Taken(mutex, kWrite);
  return expired;
}

ABSL_NAMESPACE_END
}  // namespace absl
