// Rotation: people's keys wrapped anew under the newest wrapping key, while calls go on. A page at a time, each its own
// transaction; what was done stays done, so a rotation that was cut off is repeated and passes over it.
//
//   KeyRotation rotation(keys);
//   NWD_CO_RETURN_IF_ERROR(co_await rotation.Use(hub_key.WrappingKeys(kPurpose)));
//   RotationPage page;
//   do {
//     NWD_CO_ASSIGN_OR_RETURN(page, co_await rotation.Rewrap(page.next));
//   } while (!page.next.empty());
//   NWD_CO_RETURN_IF_ERROR(co_await rotation.LetOldOnesGo());      // where no page had a damaged one
//
// Thread-safe; it has no state of its own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/async/task.h"
#include "common/person_keys/person_keys.h"

namespace nwd::person_keys {

inline constexpr int kRotationPageKeys = 512;  // wrapped anew in one transaction: about a millisecond of work

struct RotationPage {
  std::string next;  // where to go on; empty at the end
  int64_t keys = 0;
  int64_t rewrapped = 0;  // the others were under the newest already
  int64_t damaged = 0;    // do not open; left as they are
};

// How many people's keys there are under each wrapping key, by its number; 0: what names none.
using KeyCounts = std::map<uint32_t, int64_t>;

class KeyRotation {
 public:
  explicit KeyRotation(PersonKeys& keys) : keys_(keys) {}

  // From its success on, what is wrapped is wrapped under the newest of these; before anything is, the store says so
  // durably. FAILED_PRECONDITION, one sentence, and nothing changes, where people's keys lie under one that is not among
  // them. At the start of a program too: it is what notices a key file that lost a line.
  async::Task<absl::Status> Use(std::vector<crypto::WrappingKey> wrapping_keys);

  async::Task<absl::StatusOr<RotationPage>> Rewrap(std::string from);
  // After a whole round without a damaged key: nothing lies under an older one, and its line may go.
  async::Task<absl::Status> LetOldOnesGo();

  // All of them, counted in pages; what comes meanwhile may or may not be counted.
  async::Task<absl::StatusOr<KeyCounts>> Count();

 private:
  PersonKeys& keys_;
};

}  // namespace nwd::person_keys
