// ConsentService's corroboration: what shows that a consent is real which its own recipient captured. Nobody can mint
// their own key: such a consent opens what others put in only once they have vouched for it, or the person has, through
// a resident channel or by a code that reached them through somebody else. Why so: docs/adr/0009-channels.md.
//
// Handlers, on any of the server's queues, many at once; errors are those that the proto says.
#pragma once

#include <optional>
#include <string>

#include "common/rpc/router.h"
#include "nwd/consent/v1/consent_service.pb.h"
#include "services/consent/categories.h"
#include "services/consent/named_consent.h"
#include "services/consent/parts.h"
#include "services/consent/ties.h"

namespace nwd::consent {

class CorroborationService {
 public:
  explicit CorroborationService(const Parts& parts) : parts_(parts) {}
  void Register(rpc::Router& router);

  async::Task<absl::StatusOr<v1::CorroborateConsentResponse>> CorroborateConsent(
      rpc::Call& call, const v1::CorroborateConsentRequest& request);
  async::Task<absl::StatusOr<v1::RequestCorroborationCodeResponse>> RequestCorroborationCode(
      rpc::Call& call, const v1::RequestCorroborationCodeRequest& request);

 private:
  // Whose word it is.
  enum class Word {
    kNobodys,
    kPersons,      // through a resident channel
    kPersonsCode,  // told to the captor
    kSources,      // an organisation's whose data the consent covers
  };
  struct Vouched {
    Word word = Word::kNobodys;
    CategoryMask put_in = 0;  // by a source
  };
  // The same rows are read whether or not there is such a consent.
  absl::StatusOr<Vouched> Read(const store::Reader& reader, const ties::Asker& asker, const NamedConsent& named,
                               const std::optional<storage::Consent>& consent, const std::string& code) const;
  // Within a body: makes it the word of the consent, or Denied with `refused` set where the code is of no use.
  absl::Status Corroborate(store::Txn& txn, const rpc::Call& call, const NamedConsent& named, const Vouched& vouched,
                           const std::string& code, storage::Consent& consent, bool& refused) const;
  // The code is the consent's, and used up by this.
  absl::StatusOr<bool> Use(store::Txn& txn, const ids::Uuid& consent_id, const std::string& code, absl::Time now) const;
  // What is left of a code that was refused. Within a body.
  absl::Status Refuse(store::Txn& txn, const rpc::Call& call, const NamedConsent& named) const;
  // Whom to ask to send a code to the person: of those who recorded how to reach them, are active, and would not read
  // under this consent, the last. Nil where there is nobody.
  async::Task<absl::StatusOr<ids::Uuid>> WhoReaches(const NamedConsent& named) const;

  const Parts& parts_;
};

}  // namespace nwd::consent
