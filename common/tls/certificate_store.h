// The certificate this process shows, and the authorities it trusts, kept current with a folder (certificate_files.h).
//
//   auto store = CertificateStore::Open({.folder = cfg.tls, .trust_domain = cfg.trust_domain});
//   if (!store.ok()) …                             // one sentence why not
//   const Identity& me = (*store)->identity();
//
// A thread looks at the folder again and again. Files that have changed are checked as a whole and only then taken; a
// pair that does not match, a broken or expired certificate, or one for somebody else is refused, said once in the log
// (tls.reload_refused), and what was in use stays in use. What is in use is held in memory files, whose paths libraries
// that poll files can watch: no copy of the key is made on disk. Their content only ever changes from one checked set
// to another. Thread-safe.
//
// With the rest comes the authorities' list of revoked certificates, ca.crl. A certificate that it names is refused, at
// the start and later; one that is in use already is complained of in the log (tls.own_certificate_revoked). Either way
// the list is used. What was revoked stays so while this object lives: a list that lacks a serial of the one in use, or
// no list where there was one, is refused with all that comes with it. Nothing is remembered beyond that.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "common/base/clock.h"
#include "common/base/nap.h"
#include "common/tls/certificate_files.h"
#include "common/tls/memory_file.h"

namespace nwd::tls {

class CertificateStore {
 public:
  struct Options {
    std::string folder;
    std::string trust_domain;
    absl::Duration check_interval = absl::Seconds(5);
    const Clock* clock = &SystemClock::Get();
    // Told the revoked serials when it opens, and whenever they have changed; from its own thread.
    std::function<void(const std::vector<std::string>& serials)> on_revoked = {};
  };

  static absl::StatusOr<std::shared_ptr<CertificateStore>> Open(Options options);
  ~CertificateStore();
  CertificateStore(const CertificateStore&) = delete;
  CertificateStore& operator=(const CertificateStore&) = delete;

  // Looks at the folder now. OK if what is in use is what the folder holds.
  absl::Status CheckNow();

  // Who this process is: never changes.
  const Identity& identity() const { return identity_; }
  const std::string& trust_domain() const { return options_.trust_domain; }
  // Of the certificate in use.
  CertificateFacts facts() const;
  // Whether the list in use names this serial (serial.h).
  bool IsRevoked(std::string_view serial) const;
  bool AnyRevoked() const { return any_revoked_.load(std::memory_order_acquire); }

  // Paths to what is in use: the private key and the chain together in one file, so that no reader can mix two pairs;
  // the authorities. They stay readable, with their last content, until the process ends.
  std::string identity_path() const;
  std::string authorities_path() const;

 private:
  CertificateStore(Options options, CertificateFiles files, CheckedCertificate checked, MemoryFile identity,
                   MemoryFile authorities);
  void Watch();
  absl::Status Take(CertificateFiles files) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckListOnlyGrows(const CertificateFiles& files, const CheckedCertificate& checked) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void UseRevoked(const std::vector<std::string>& named) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SayOwnRevoked(const std::string& serial, std::string_view advice) const;
  void Refuse(const absl::Status& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  const Identity identity_;
  mutable absl::Mutex mutex_;
  CertificateFiles in_use_ ABSL_GUARDED_BY(mutex_);
  CertificateFacts facts_ ABSL_GUARDED_BY(mutex_);
  MemoryFile identity_file_ ABSL_GUARDED_BY(mutex_);
  MemoryFile authorities_file_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<std::string> revoked_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> any_revoked_{false};               // spares every call a lock where there are none
  absl::Status last_refusal_ ABSL_GUARDED_BY(mutex_);  // said already; OK if none since the last that was taken
  Nap between_looks_;                                  // ended at the end
  std::thread watcher_;
};

}  // namespace nwd::tls
