#include "services/consent/version_service.h"

#include "common/base/strings.h"
#include "common/tokens/page.h"
#include "services/consent/limits.h"
#include "services/consent/person_rows.h"
#include "services/consent/record_rows.h"

namespace nwd::consent {
namespace {

// A page, as it lies: what is open comes after the snapshot.
struct Page {
  std::vector<records::Entry> entries;
  int32_t next = 0;  // the version that the next page begins with; 0 on the last
};

absl::StatusOr<Page> PageFrom(const store::Reader& reader, const VersionName& first, int page_size) {
  Page page;
  size_t size_bytes = 0;
  NWD_RETURN_IF_ERROR(records::WalkVersions(reader, first, [&](records::Entry entry) {
    size_bytes += entry.version.sealed().size();
    const bool room = static_cast<int>(page.entries.size()) < page_size && size_bytes <= kVersionsPageBytesMax;
    if (!room && !page.entries.empty()) {
      page.next = entry.name.version;
      return store::Visit::kStop;
    }
    page.entries.push_back(std::move(entry));
    return store::Visit::kContinue;
  }));
  return page;
}

}  // namespace

void VersionService::Register(rpc::Router& router) { router.Unary(this, &VersionService::ListVersions); }

async::Task<absl::StatusOr<v1::ListVersionsResponse>> VersionService::ListVersions(
    rpc::Call& call, const v1::ListVersionsRequest& request) {
  const ids::Uuid organisation = OrganisationOf(call);
  const ids::Uuid person_id = parts_.references.PersonOf(organisation, request.person_ref()).value_or(ids::Uuid());
  const std::string scope = tokens::PageScope(call.organisation_id(), request);
  NWD_CO_ASSIGN_OR_RETURN(const std::string from, tokens::PageStart(parts_.tokens, scope, request));
  VersionName first{person_id, request.category(), organisation, kVersionNewest};
  if (!from.empty() && !absl::SimpleAtoi(from, &first.version)) co_return status::Denied();
  NWD_CO_ASSIGN_OR_RETURN(const person_keys::PersonKey key, co_await KeyOrNull(parts_, person_id));

  auto body = [&](const store::Reader& reader) -> absl::StatusOr<Page> {
    NWD_ASSIGN_OR_RETURN(const bool held, people::Holds(reader, person_id, organisation));
    if (!held || key == nullptr) return status::Denied();
    return PageFrom(reader, first, tokens::PageSize(request.page_size()));
  };
  const absl::StatusOr<Page> page = co_await parts_.store.View(body);
  if (!page.ok()) co_return Corrupt(parts_, "versions of a record", page.status());
  call.ProveTie(common::v1::TIE_PERSON_HOLDER);

  v1::ListVersionsResponse response;
  for (const records::Entry& entry : page->entries) {
    absl::StatusOr<v1::RecordEntry> shown = records::Show(*key, entry);
    if (!shown.ok()) co_return Corrupt(parts_, "a section of a record", shown.status());
    *response.add_versions() = *std::move(shown);
  }
  if (page->next != 0) response.set_next_page_token(parts_.tokens.Seal(scope, Cat(page->next)));
  storage::Deed deed = DeedOf(call);
  deed.set_categories_asked(MaskOf(request.category()));
  NWD_CO_RETURN_IF_ERROR(parts_.check_log.Add({"record.versions-listed", call.Now(), person_id, key, std::move(deed)}));
  if (parts_.check_log.Closing()) NWD_CO_RETURN_IF_ERROR(co_await parts_.check_log.Flush());
  co_return response;
}

}  // namespace nwd::consent
