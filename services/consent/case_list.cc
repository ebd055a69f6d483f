// RightsService's ListCases and ListOverdueCases.
#include <optional>
#include <utility>
#include <vector>

#include "common/base/macros.h"
#include "common/base/timestamps.h"
#include "common/tokens/page.h"
#include "services/consent/case_service.h"
#include "services/consent/case_ties.h"
#include "services/consent/cited_basis.h"
#include "services/consent/consent_rows.h"
#include "services/consent/erasure_rows.h"
#include "services/consent/held_person.h"
#include "services/consent/joins.h"
#include "services/consent/limits.h"
#include "services/consent/ties.h"

namespace nwd::consent {
namespace {

struct Listed {
  storage::Case row;
  std::string person_ref;
  std::optional<storage::Erasure> erasure = std::nullopt;
};

struct Page {
  std::vector<Listed> listed;
  std::string next;  // the place to go on with; empty on the last page
};

// The organisation's own reference to the person; empty where it has none. A channel has one though it holds nobody.
absl::StatusOr<std::string> ReferenceOfTheirs(const store::Reader& reader, const Parts& parts, const ties::Asker& asker,
                                              const ids::Uuid& person_id) {
  if (!asker.is_channel) return ReferenceFor(reader, parts, asker.organisation_id, person_id);
  NWD_ASSIGN_OR_RETURN(const ids::Uuid as_known, joins::AsHeldBy(reader, person_id, asker.organisation_id));
  return parts.references.ReferenceOf(asker.organisation_id, as_known);
}

absl::StatusOr<Page> ReadPage(const store::Reader& reader, const Parts& parts, rpc::Call& call,
                              const v1::ListCasesRequest& request, const std::string& from) {
  const ties::Asker asker = ties::AskerOf(call);
  const int page_size = tokens::PageSize(request.page_size());
  std::vector<storage::Case> rows;
  Page page;
  int looked_at = 0;
  const bool of_one = !request.person_ref().empty();
  auto visit = [&](const std::string& place, const storage::Case& row) {
    if (std::ssize(rows) == page_size || ++looked_at > kRowsLookedAtMax) {
      page.next = place;
      return store::Visit::kStop;
    }
    const bool open = row.state() != v1::CASE_STATE_CLOSED;
    // Of one person a channel, which has the tie, sees who else answers.
    const bool theirs = asker.is_channel || row.handler_id() == asker.organisation_id.bytes();
    if (theirs && (open || !request.open_only())) rows.push_back(row);
    return store::Visit::kContinue;
  };
  if (of_one) {
    NWD_ASSIGN_OR_RETURN(const ids::Uuid person_id, HeldPerson(parts, reader, call, request.person_ref()));
    NWD_RETURN_IF_ERROR(cases::WalkPerson(reader, person_id, from, visit));
  } else {
    NWD_RETURN_IF_ERROR(cases::WalkHandler(reader, asker.organisation_id, request.open_only(), from, visit));
  }
  for (storage::Case& row : rows) {
    // A person may have left the channel since.
    NWD_ASSIGN_OR_RETURN(const bool answers, cases::IsAnsweredBy(reader, asker, row));
    if (!answers && !of_one) continue;
    NWD_ASSIGN_OR_RETURN(std::string person_ref,
                         ReferenceOfTheirs(reader, parts, asker, consents::IdOf(row.person_id())));
    std::optional<storage::Erasure> erasure;
    if (row.erase_time_us() != 0) {
      NWD_ASSIGN_OR_RETURN(erasure, erasures::Find(reader, consents::IdOf(row.case_id())));
    }
    page.listed.push_back({std::move(row), std::move(person_ref), std::move(erasure)});
  }
  return page;
}

}  // namespace

async::Task<absl::StatusOr<v1::ListCasesResponse>> CaseService::ListCases(rpc::Call& call,
                                                                          const v1::ListCasesRequest& request) {
  call.ProveTie(common::v1::TIE_SELF);
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string from, tokens::PageStart(parts_.tokens, scope, request));
  auto look = [&](const store::Reader& reader) { return ReadPage(reader, parts_, call, request, from); };
  absl::StatusOr<Page> page = co_await parts_.store.View(look);
  if (!page.ok()) co_return Corrupt(parts_, "a case", page.status());

  v1::ListCasesResponse response;
  for (Listed& listed : page->listed) {
    NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key,
                            co_await KeyOrNull(parts_, consents::IdOf(listed.row.person_id())));
    absl::StatusOr<storage::CaseWords> words = storage::CaseWords();
    if (key != nullptr) words = cases::Open(*key, listed.row);
    // One whose words do not open must not keep the others from being answered: it is shown without them.
    if (!words.ok()) {
      if (!absl::IsDataLoss(Corrupt(parts_, "the words of a case", words.status()))) co_return words.status();
      words = storage::CaseWords();
    }
    std::string person_ref = key != nullptr ? std::move(listed.person_ref) : std::string();
    *response.add_cases() = cases::Show(listed.row, *words, OrganisationOf(call), std::move(person_ref), call.Now());
  }
  for (int i = 0; i < response.cases_size(); ++i) {
    const std::optional<storage::Erasure>& erasure = page->listed[static_cast<size_t>(i)].erasure;
    if (erasure.has_value()) *response.mutable_cases(i)->mutable_erasure() = cases::ShowErasure(*erasure);
  }
  if (!page->next.empty()) response.set_next_page_token(parts_.tokens.Seal(scope, page->next));
  co_return response;
}

async::Task<absl::StatusOr<v1::ListOverdueCasesResponse>> CaseService::ListOverdueCases(
    rpc::Call& call, const v1::ListOverdueCasesRequest& request) {
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string from, tokens::PageStart(parts_.tokens, scope, request));
  const int page_size = tokens::PageSize(request.page_size());
  auto look = [&](const store::Reader& reader) -> absl::StatusOr<Page> {
    Page page;
    auto visit = [&](const std::string& place, const storage::Case& row) {
      if (std::ssize(page.listed) == page_size) {
        page.next = place;
        return store::Visit::kStop;
      }
      page.listed.push_back({row, "", std::nullopt});
      return store::Visit::kContinue;
    };
    NWD_RETURN_IF_ERROR(cases::WalkOverdue(reader, call.Now(), from, visit));
    return page;
  };
  absl::StatusOr<Page> page = co_await parts_.store.View(look);
  if (!page.ok()) co_return Corrupt(parts_, "a case", page.status());
  v1::ListOverdueCasesResponse response;
  for (const Listed& listed : page->listed) {
    v1::OverdueCase& shown = *response.add_cases();
    shown.set_case_id(ShownId(listed.row.case_id()));
    shown.set_kind(listed.row.kind());
    shown.set_handler_organisation_id(ShownId(listed.row.handler_id()));
    *shown.mutable_receive_time() = MicrosToTimestamp(listed.row.receive_time_us());
    *shown.mutable_due_time() = MicrosToTimestamp(listed.row.due_time_us());
  }
  if (!page->next.empty()) response.set_next_page_token(parts_.tokens.Seal(scope, page->next));
  co_return response;
}

}  // namespace nwd::consent
