// The off-host ledger: what people took back and who was erased, kept on another machine than the consent service, so that
// a backup that is restored does not undo it.
//
// The service hands out entries and a head, each sealed under a key of the hub's: whoever keeps them learns how many there
// are and when, and can alter none. Every entry names the one before it, and the head the last one and how far the service's
// feed had been gone through, so that an entry taken out, put in or moved, an end cut off, and another hub's ledger are found
// when it is read to be replayed. That both a ledger and its head were put back to an earlier day shows only beside what
// somebody else has kept: by how many entries the last checkpoint of the audit log is ahead of Head::checkpoint.
//
//   ledger::Keys keys(hub_key, "consent");
//   absl::StatusOr<ledger::Ledger> ledger = ledger::Read("/mnt/other/consent.ledger", keys);
//
// On disk: a text file of one entry a line, base64, only ever added to; beside it FILE.head, replaced as a whole: the head's
// line, the cursor's with which it goes on, and how many bytes the file has. Values own what they hold. Keys are thread-safe; a file is one process's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/aead.h"
#include "common/crypto/key_file.h"
#include "common/store/store.h"

namespace nwd::ledger {

inline constexpr size_t kLineBytesMax = 64 << 10;

struct Entry {
  uint32_t epoch = 0;            // of the service's data (common/audit/epoch.h)
  store::Position previous = 0;  // that of the entry before; of the first one, where the ledger begins
  store::Position position = 0;  // in the service's feed of changes
  std::string change;            // a serialised nwd.common.v1.Change
};

struct Head {
  uint32_t epoch = 0;
  store::Position begin = 0;    // nothing after it is missing
  store::Position last = 0;     // of the last entry; `begin` where there is none
  store::Position through = 0;  // the feed was gone through up to here
  absl::Time time;              // of the service's clock
  std::string checkpoint;       // the audit log's newest, as a signed note
};

class Keys {
 public:
  Keys(const crypto::HubKey& hub_key, std::string_view service);

  std::string Seal(const Entry& entry) const;
  std::string Seal(const Head& head) const;
  // DATA_LOSS where it was not sealed by this service of this hub.
  absl::StatusOr<Entry> OpenEntry(std::string_view sealed) const;
  absl::StatusOr<Head> OpenHead(std::string_view sealed) const;

 private:
  crypto::AeadKey key_;
};

// A ledger that was read and is whole.
struct Ledger {
  Head head;
  std::vector<Entry> entries;
};

// NOT_FOUND where there is none; DATA_LOSS, and which line, where it is of another hub or service, was altered, lacks an
// entry or is cut short.
absl::StatusOr<Ledger> Read(const std::string& file, const Keys& keys);

// What is kept of a ledger, by who keeps it and can open nothing of it.
class File {
 public:
  explicit File(std::string path) : path_(std::move(path)) {}
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  // Before anything else, by who adds to it. FAILED_PRECONDITION where somebody else does.
  absl::Status Lock();
  // Where to go on; empty where there is no ledger yet. FAILED_PRECONDITION where the file or its head is gone, or cut.
  absl::StatusOr<std::string> Cursor() const;
  // Adds what was answered, durably: the entries before the head. UNAVAILABLE where it cannot.
  absl::Status Add(const std::vector<std::string>& sealed_entries, std::string_view sealed_head,
                   std::string_view cursor) const;

 private:
  const std::string path_;
  int lock_ = -1;
};

// Where the head of the ledger in `file` lies.
std::string HeadFile(const std::string& file);

}  // namespace nwd::ledger
