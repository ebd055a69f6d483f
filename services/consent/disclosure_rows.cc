#include "services/consent/disclosure_rows.h"

#include <algorithm>
#include <map>

#include "common/store/proto_value.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"

namespace nwd::consent::disclosures {
namespace {

// The keys under `prefix` (one id) whose time lies in the span. Newest sort first.
store::Range RangeOf(const std::string& prefix, const Span& span) {
  store::Range range = store::PrefixRange(prefix);
  if (span.end_us.has_value()) range.begin = keys::NotAfter(prefix, *span.end_us - 1);
  if (span.start_us.has_value()) range.end = keys::NotAfter(prefix, *span.start_us - 1);
  if (!span.from.empty()) range.begin = std::max(range.begin, span.from);
  return range;
}

bool ReadKey(std::string_view key, Placed& placed, ids::Uuid& owner) {
  store::KeyReader parts(key);
  std::string_view owner_bytes, id_bytes;
  uint64_t time_us = 0;
  if (!parts.Bytes(ids::Uuid::kSizeBytes, &owner_bytes) || !parts.Descending(&time_us) ||
      !parts.Bytes(ids::Uuid::kSizeBytes, &id_bytes)) {
    return false;
  }
  owner = consents::IdOf(owner_bytes);
  placed.time_us = static_cast<int64_t>(time_us);
  placed.disclosure_id = consents::IdOf(id_bytes);
  return true;
}

}  // namespace

absl::StatusOr<Place> PlaceIn(std::string_view key) {
  Placed placed;
  ids::Uuid owner;
  if (!ReadKey(key, placed, owner)) return absl::DataLossError("the key of a disclosure has another form");
  return Place{placed.time_us, placed.disclosure_id};
}

namespace {

void Put(store::Txn& txn, const Placed& placed) {
  store::PutMessage(txn, keys::Disclosure(placed.person_id, placed.time_us, placed.disclosure_id), placed.disclosure);
}

uint32_t SourceCategories(const storage::Disclosure& disclosure, int source) {
  return source < disclosure.source_categories_size() ? disclosure.source_categories(source) : 0;
}

// Adds what is kept of it already; false where nothing is.
absl::StatusOr<bool> AddBefore(const store::Reader& reader, Placed& placed) {
  const std::string row = keys::Disclosure(placed.person_id, placed.time_us, placed.disclosure_id);
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Disclosure> before, store::Find<storage::Disclosure>(reader, row));
  if (!before.has_value()) return false;
  Merge(*before, placed.disclosure);
  return true;
}

}  // namespace

void AddSource(const std::string& source_id, uint32_t categories, storage::Disclosure& disclosure) {
  const auto& known = disclosure.source_ids();
  const auto at = static_cast<int>(std::find(known.begin(), known.end(), source_id) - known.begin());
  if (at == disclosure.source_ids_size()) disclosure.add_source_ids(source_id);
  while (disclosure.source_categories_size() < disclosure.source_ids_size()) disclosure.add_source_categories(0);
  disclosure.set_source_categories(at, disclosure.source_categories(at) | categories);
}

void Merge(const storage::Disclosure& more, storage::Disclosure& disclosure) {
  disclosure.set_audit_entry(more.audit_entry());
  disclosure.set_categories(disclosure.categories() | more.categories());
  for (int i = 0; i < more.source_ids_size(); ++i) {
    AddSource(more.source_ids(i), SourceCategories(more, i), disclosure);
  }
}

uint32_t CategoriesOf(const storage::Disclosure& disclosure, const ids::Uuid& source) {
  for (int i = 0; i < disclosure.source_ids_size(); ++i) {
    if (disclosure.source_ids(i) == source.bytes()) return SourceCategories(disclosure, i);
  }
  return 0;
}

void Add(store::Txn& txn, const Release& release) {
  const Placed& whole = release.whole;
  Put(txn, whole);
  for (const Placed& part : release.parts) Put(txn, part);
  const ids::Uuid recipient = consents::IdOf(whole.disclosure.recipient_id());
  txn.Put(keys::DisclosureOfRecipient(recipient, whole.time_us, whole.disclosure_id), whole.person_id.bytes());
}

absl::Status Widen(store::Txn& txn, const Release& again) {
  Release both = again;
  NWD_ASSIGN_OR_RETURN(const bool known, AddBefore(txn, both.whole));
  if (!known) return absl::DataLossError("a disclosure is not where its request says");
  for (Placed& part : both.parts) {
    NWD_RETURN_IF_ERROR(AddBefore(txn, part).status());
  }
  Add(txn, both);
  return absl::OkStatus();
}

absl::StatusOr<ByRecipient> NewestUnder(const store::Reader& reader, const Under& under, int limit_each) {
  int wanted = 0;
  ByRecipient found;
  for (const storage::Recipient& recipient : under.recipients) {
    if (recipient.disclosures() == 0) continue;
    wanted += std::min(recipient.disclosures(), limit_each);
    found[recipient.organisation_id()];
  }
  if (wanted == 0) return found;
  int looked_at = 0;
  NWD_RETURN_IF_ERROR(WalkPerson(reader, under.person_id, {}, [&](const std::string&, const Placed& placed) {
    const auto theirs = found.find(placed.disclosure.recipient_id());
    if (theirs != found.end() && Cites(placed.disclosure, under.basis) && std::ssize(theirs->second) < limit_each) {
      theirs->second.push_back(placed.disclosure_id);
      --wanted;
    }
    return wanted > 0 && ++looked_at < kDisclosuresLookedAtMax ? store::Visit::kContinue : store::Visit::kStop;
  }));
  return found;
}

absl::Status WalkPerson(const store::Reader& reader, const ids::Uuid& person_id, const Span& span, Visitor visit) {
  absl::Status failed;
  absl::Status scanned = reader.Scan(
      RangeOf(keys::DisclosuresOfPerson(person_id), span), store::Direction::kForward,
      [&](std::string_view key, std::string_view value) {
        Placed placed;
        absl::StatusOr<storage::Disclosure> disclosure = store::ParseValue<storage::Disclosure>(key, value);
        if (!disclosure.ok() || !ReadKey(key, placed, placed.person_id)) {
          failed = disclosure.ok() ? absl::DataLossError("the key of a disclosure does not read") : disclosure.status();
          return store::Visit::kStop;
        }
        placed.disclosure = *std::move(disclosure);
        return visit(std::string(key), placed);
      });
  return failed.ok() ? scanned : failed;
}

absl::Status WalkNewest(const store::Reader& reader, const ids::Uuid& person_id, int& budget,
                        absl::FunctionRef<void(const Placed&)> visit) {
  if (budget <= 0) return absl::OkStatus();
  return WalkPerson(reader, person_id, {}, [&](const std::string&, const Placed& placed) {
    visit(placed);
    return --budget > 0 ? store::Visit::kContinue : store::Visit::kStop;
  });
}

absl::Status WalkFamily(const store::Reader& reader, const ids::Uuid& person_id, const Span& span, Visitor visit) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
  if (family.size() == 1) return WalkPerson(reader, person_id, span, visit);
  std::map<std::string, std::pair<std::string, Placed>> newest;  // by what follows the person in the key: time and id
  for (const ids::Uuid& relative : family) {
    const std::string prefix = keys::DisclosuresOfPerson(relative);
    Span theirs = span;
    if (!span.from.empty()) theirs.from = prefix + span.from.substr(prefix.size());
    int taken = 0;
    NWD_RETURN_IF_ERROR(WalkPerson(reader, relative, theirs, [&](const std::string& key, const Placed& placed) {
      const auto [release, is_new] = newest.try_emplace(key.substr(prefix.size()), key, placed);
      if (!is_new) Merge(placed.disclosure, release->second.second.disclosure);
      return ++taken <= kRowsLookedAtMax ? store::Visit::kContinue : store::Visit::kStop;
    }));
  }
  for (const auto& [place, row] : newest) {
    if (visit(row.first, row.second) == store::Visit::kStop) break;
  }
  return absl::OkStatus();
}

absl::Status WalkRecipient(const store::Reader& reader, const ids::Uuid& recipient_id, const Span& span,
                           Visitor visit) {
  absl::Status failed;
  absl::Status scanned =
      reader.Scan(RangeOf(keys::DisclosuresOfRecipient(recipient_id), span), store::Direction::kForward,
                  [&](std::string_view key, std::string_view value) {
                    Placed placed;
                    ids::Uuid owner;
                    placed.person_id = consents::IdOf(value);
                    absl::StatusOr<std::optional<storage::Disclosure>> disclosure =
                        absl::DataLossError("the key of a disclosure does not read");
                    if (ReadKey(key, placed, owner)) {
                      disclosure = store::Find<storage::Disclosure>(
                          reader, keys::Disclosure(placed.person_id, placed.time_us, placed.disclosure_id));
                    }
                    if (!disclosure.ok() || !disclosure->has_value()) {
                      failed = disclosure.ok() ? absl::DataLossError("a disclosure is not where its index says")
                                               : disclosure.status();
                      return store::Visit::kStop;
                    }
                    placed.disclosure = **disclosure;
                    return visit(std::string(key), placed);
                  });
  return failed.ok() ? scanned : failed;
}

}  // namespace nwd::consent::disclosures
