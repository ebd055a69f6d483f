// Telling those who read that what they read on no longer stands, or that what they read was wrong: a notice to each, which
// they must answer (UK GDPR, Article 19). Called within an Update; errors are the store's, or DATA_LOSS. Once it is
// durable, the bells of who was told are to be rung.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/ids/uuid.h"
#include "common/store/store.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "nwd/consent/v1/notice.pb.h"
#include "services/consent/cited_basis.h"
#include "services/consent/disclosure_rows.h"
#include "services/consent/storage.pb.h"

namespace nwd::consent {

// What they are told.
struct Telling {
  v1::NoticeType type;
  Cited basis;
  ids::Uuid person_id;
  absl::Time now;
};

// Tells those of `recipients` that read on the basis and are not among `told`, and adds them.
absl::Status TellReaders(store::Txn& txn, const Telling& telling,
                         google::protobuf::RepeatedPtrField<storage::Recipient> recipients,
                         std::vector<ids::Uuid>& told);

// Disclosures to one recipient that a notice is about: the newest kNoticeDisclosuresMax, newest first, and how many in all.
struct Touched {
  std::vector<ids::Uuid> newest;
  int count = 0;
  void Add(const ids::Uuid& disclosure_id);
};
using TouchedByRecipient = std::map<ids::Uuid, Touched>;

// Whom the basis of a disclosure is about: by their id its recipient learned of them, where it holds none of their ids.
// `otherwise` where the basis is no longer there.
absl::StatusOr<ids::Uuid> KnownBy(const store::Reader& reader, const storage::Disclosure& disclosure,
                                  const ids::Uuid& otherwise);

// Sends `notice`, of which its type and whom it is about are given, and adds the recipient to `told`.
absl::Status Tell(store::Txn& txn, const ids::Uuid& recipient_id, storage::Notice notice, const Touched& touched,
                  absl::Time now, std::vector<ids::Uuid>& told);

// Who was given something, gathered from disclosures of one person, each once and the newest first.
class GivenTo {
 public:
  void Add(const disclosures::Placed& placed);
  // Those, too, who were given anything at all on a basis about the person that is still kept: what of it they were given is
  // not looked for. For whose disclosures are so many that not all were gone through.
  absl::Status AddAllReaders(const store::Reader& reader, const ids::Uuid& person_id);
  // Sends each of them `notice`, of which all is given but whom it is about, and adds them to `told`. Each is told by the id
  // that it asked about: it may have been that of another whom the person is, or was, joined to.
  absl::Status Tell(store::Txn& txn, const storage::Notice& notice, absl::Time now, std::vector<ids::Uuid>& told) const;

 private:
  struct Recipient {
    Touched touched;
    disclosures::Placed newest;  // of one that was not looked for, whom its basis is about alone
  };
  void AddReaders(const ids::Uuid& person_id, const google::protobuf::RepeatedPtrField<storage::Recipient>& recipients);
  std::map<ids::Uuid, Recipient> recipients_;
};

}  // namespace nwd::consent
