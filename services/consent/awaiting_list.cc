// AuthorityService's ListAwaitingAuthorities.
#include <utility>
#include <vector>

#include "common/base/macros.h"
#include "common/tokens/page.h"
#include "services/consent/authority_rows.h"
#include "services/consent/authority_service.h"
#include "services/consent/awaiting.h"
#include "services/consent/consent_rows.h"
#include "services/consent/held_person.h"
#include "services/consent/limits.h"
#include "services/consent/ties.h"

namespace nwd::consent {
namespace {

struct Listed {
  storage::Authority authority;
  std::string person_ref;
  person_keys::PersonKey key;  // null where the person was erased
};

struct Page {
  std::vector<Listed> listed;
  std::string next;  // the key to go on with; empty on the last page
};

absl::StatusOr<Page> ReadPage(const store::Reader& reader, const Parts& parts, const rpc::Call& call, int page_size,
                              const std::string& from) {
  const ties::Asker asker = ties::AskerOf(call);
  std::vector<storage::Authority> awaiting;
  Page page;
  int looked_at = 0;
  auto visit = [&](const std::string& key, const storage::Authority& authority) {
    if (std::ssize(awaiting) == page_size || ++looked_at > kAwaitingLookedAtMax) {
      page.next = key;
      return store::Visit::kStop;
    }
    if (awaiting::CouldApprove(authority, asker, call.Now())) awaiting.push_back(authority);
    return store::Visit::kContinue;
  };
  NWD_RETURN_IF_ERROR(awaiting::Walk(reader, asker.organisation_id, from, call.Now(), visit));
  for (storage::Authority& authority : awaiting) {
    const ids::Uuid person_id = consents::IdOf(authority.person_id());
    NWD_ASSIGN_OR_RETURN(std::string person_ref, ReferenceFor(reader, parts, asker.organisation_id, person_id));
    // The one it held may have been split off since.
    if (!person_ref.empty()) page.listed.push_back({std::move(authority), std::move(person_ref), nullptr});
  }
  return page;
}

}  // namespace

async::Task<absl::StatusOr<v1::ListAwaitingAuthoritiesResponse>> AuthorityService::ListAwaitingAuthorities(
    rpc::Call& call, const v1::ListAwaitingAuthoritiesRequest& request) {
  call.ProveTie(common::v1::TIE_SELF);
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string from, tokens::PageStart(parts_.tokens, scope, request));
  const int page_size = tokens::PageSize(request.page_size());
  auto look = [&](const store::Reader& reader) { return ReadPage(reader, parts_, call, page_size, from); };
  absl::StatusOr<Page> page = co_await parts_.store.View(look);
  if (!page.ok()) co_return Corrupt(parts_, "what awaits an organisation", page.status());
  for (Listed& listed : page->listed) {
    NWD_CO_ASSIGN_OR_RETURN(listed.key, co_await KeyOrNull(parts_, consents::IdOf(listed.authority.person_id())));
  }

  auto show = [&](const store::Reader& reader) -> absl::StatusOr<v1::ListAwaitingAuthoritiesResponse> {
    v1::ListAwaitingAuthoritiesResponse response;
    for (Listed& listed : page->listed) {
      if (listed.key == nullptr) continue;
      const absl::StatusOr<storage::AuthorityTerms> terms =
          authorities::ReadTerms(reader, *listed.key, consents::IdOf(listed.authority.authority_id()));
      if (absl::IsDataLoss(terms.status())) {
        // One whose terms do not open must not keep the others from being judged.
        Corrupt(parts_, "the terms of an authority", terms.status()).IgnoreError();
        continue;
      }
      NWD_RETURN_IF_ERROR(terms.status());
      v1::Authority& shown = *response.add_authorities();
      shown = authorities::Show(listed.authority, *terms, std::move(listed.person_ref), call.Now());
      shown.set_awaits_caller(true);
    }
    return response;
  };
  absl::StatusOr<v1::ListAwaitingAuthoritiesResponse> response = co_await parts_.store.View(show);
  if (response.ok() && !page->next.empty()) response->set_next_page_token(parts_.tokens.Seal(scope, page->next));
  co_return response;
}

}  // namespace nwd::consent
