// EmergencyService's ListEmergencyAccesses.
#include <algorithm>
#include <optional>
#include <utility>

#include "common/tokens/page.h"
#include "services/consent/consent_rows.h"
#include "services/consent/emergency_service.h"
#include "services/consent/emergency_states.h"
#include "services/consent/held_person.h"
#include "services/consent/limits.h"

namespace nwd::consent {
namespace {

struct Listed {
  storage::EmergencyAccess access;
  std::string person_ref;  // empty where the caller does not hold the person
};

struct Page {
  std::vector<Listed> listed;
  std::string next;  // the key to go on with; empty on the last page
};

absl::StatusOr<Page> ReadPage(const store::Reader& reader, const Parts& parts, const rpc::Call& call,
                              const v1::ListEmergencyAccessesRequest& request, const std::string& from) {
  const int page_size = std::min(tokens::PageSize(request.page_size()), kEmergenciesShownMax);
  Page page;
  int looked_at = 0;
  NWD_RETURN_IF_ERROR(
      emergencies::Walk(reader, from, [&](const std::string& key, const storage::EmergencyAccess& access) {
        if (std::ssize(page.listed) == page_size || ++looked_at > kEmergenciesLookedAtMax) {
          page.next = key;
          return store::Visit::kStop;
        }
        const bool awaits = StateAt(access, call.Now()) == v1::EMERGENCY_ACCESS_STATE_AWAITING_REVIEW;
        if (awaits || !request.awaiting_review_only()) page.listed.push_back({access, ""});
        return store::Visit::kContinue;
      }));
  for (Listed& listed : page.listed) {
    const ids::Uuid person_id = consents::IdOf(listed.access.person_id());
    NWD_ASSIGN_OR_RETURN(listed.person_ref, ReferenceFor(reader, parts, OrganisationOf(call), person_id));
  }
  return page;
}

}  // namespace

async::Task<absl::StatusOr<v1::ListEmergencyAccessesResponse>> EmergencyService::ListEmergencyAccesses(
    rpc::Call& call, const v1::ListEmergencyAccessesRequest& request) {
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string from, tokens::PageStart(parts_.tokens, scope, request));
  auto body = [&](const store::Reader& reader) { return ReadPage(reader, parts_, call, request, from); };
  absl::StatusOr<Page> page = co_await parts_.store.View(body);
  if (!page.ok()) co_return Corrupt(parts_, "an emergency access", page.status());

  v1::ListEmergencyAccessesResponse response;
  storage::Deed shown = DeedOf(call);
  for (Listed& listed : page->listed) {
    shown.add_emergency_access_ids_shown(listed.access.emergency_access_id());
    NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key,
                            co_await KeyOrNull(parts_, consents::IdOf(listed.access.person_id())));
    absl::StatusOr<storage::EmergencyWords> words = storage::EmergencyWords();
    if (key != nullptr) words = emergencies::Open(*key, listed.access);
    // One whose words do not open must not keep the others from review: it is shown without them.
    if (!words.ok()) {
      if (!absl::IsDataLoss(Corrupt(parts_, "the words of an emergency access", words.status())))
        co_return words.status();
      words = storage::EmergencyWords();
    }
    *response.add_emergency_accesses() =
        emergencies::Show(listed.access, *words, std::move(listed.person_ref), call.Now());
  }
  if (!page->next.empty()) response.set_next_page_token(parts_.tokens.Seal(scope, page->next));
  NWD_CO_RETURN_IF_ERROR(co_await LogListed(call, shown));
  co_return response;
}

async::Task<absl::Status> EmergencyService::LogListed(const rpc::Call& call, const storage::Deed& shown) const {
  auto body = [&](store::Txn& txn) {
    Record(parts_, txn, "emergencies.listed", call.Now(), ids::Uuid(), nullptr, shown);
    return absl::OkStatus();
  };
  co_return co_await parts_.store.Update(body, call.deadline());
}

}  // namespace nwd::consent
