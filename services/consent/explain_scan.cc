#include "services/consent/explain_scan.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/async/block_on.h"
#include "common/base/macros.h"
#include "common/store/proto_value.h"
#include "services/consent/cited_agreement.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"
#include "services/consent/person_rows.h"

namespace nwd::consent {
namespace {

using store::Reader;

class Scan {
 public:
  Scan(const std::optional<ids::Uuid>& held_by, const Explanation& explanation)
      : held_by_(held_by), explanation_(explanation), organisation_id_(explanation.asked().organisation_id) {}

  template <class Row>
  struct Found {
    Row basis;
    ids::Uuid person_id;
    const common::v1::AgreementChange* agreement;
  };
  template <class Row>
  struct Chunk {
    std::vector<Found<Row>> found;
    std::string next;  // the key to go on from; empty where that was all
  };

  // The next rows that count. Within a View.
  template <class Row>
  absl::StatusOr<Chunk<Row>> Look(const Reader& reader, const store::Range& rows) {
    Chunk<Row> chunk;
    absl::Status fault;
    int left = kExplainRowsAtOnce;
    NWD_RETURN_IF_ERROR(
        reader.Scan(rows, store::Direction::kForward, [&](std::string_view key, std::string_view value) {
          if (left-- == 0) {
            chunk.next = key;
            return store::Visit::kStop;
          }
          if (value.find(organisation_id_.bytes()) == std::string_view::npos) return store::Visit::kContinue;
          fault = LookAt(reader, key, value, chunk.found);
          return fault.ok() ? store::Visit::kContinue : store::Visit::kStop;
        }));
    NWD_RETURN_IF_ERROR(fault);
    return chunk;
  }

 private:
  template <class Row>
  absl::Status LookAt(const Reader& reader, std::string_view key, std::string_view value,
                      std::vector<Found<Row>>& found) {
    NWD_ASSIGN_OR_RETURN(Row basis, store::ParseValue<Row>(key, value));
    if (!explanation_.Concerns(basis)) return absl::OkStatus();
    const ids::Uuid person_id = consents::IdOf(basis.person_id());
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
    NWD_ASSIGN_OR_RETURN(const bool counts, CountsFor(reader, family));
    if (!counts) return absl::OkStatus();
    NWD_ASSIGN_OR_RETURN(const common::v1::AgreementChange* const agreement, Cited(reader, basis.agreement_id()));
    found.push_back({std::move(basis), *std::min_element(family.begin(), family.end()), agreement});
    return absl::OkStatus();
  }

  absl::StatusOr<bool> CountsFor(const Reader& reader, const std::vector<ids::Uuid>& family) const {
    if (!held_by_.has_value()) return true;
    for (const ids::Uuid& relative : family) {
      NWD_ASSIGN_OR_RETURN(const bool held, people::Holds(reader, relative, *held_by_));
      if (held) return true;
    }
    return false;
  }

  // Each agreement is read once: what ends while the scan goes on has ended for all or for none.
  absl::StatusOr<const common::v1::AgreementChange*> Cited(const Reader& reader, const std::string& agreement_id) {
    if (agreement_id.empty()) return nullptr;
    const auto known = agreements_.find(agreement_id);
    if (known != agreements_.end()) return known->second.get();
    NWD_ASSIGN_OR_RETURN(AgreementPtr agreement, CitedAgreement(reader, agreement_id));
    return agreements_.emplace(agreement_id, std::move(agreement)).first->second.get();
  }

  const std::optional<ids::Uuid> held_by_;
  const Explanation& explanation_;
  const ids::Uuid organisation_id_;
  absl::flat_hash_map<std::string, AgreementPtr> agreements_;
};

template <class Row>
absl::Status ExplainTable(store::Store& store, char table, absl::FunctionRef<absl::Status()> alive, Scan& scan,
                          Explanation& explanation) {
  store::Range rows = store::PrefixRange(std::string(1, table));
  while (!rows.begin.empty()) {
    NWD_RETURN_IF_ERROR(alive());
    auto look = [&](const Reader& reader) { return scan.Look<Row>(reader, rows); };
    NWD_ASSIGN_OR_RETURN(const Scan::Chunk<Row> chunk, async::BlockOn(store.View(look)));
    for (const Scan::Found<Row>& found : chunk.found) {
      NWD_RETURN_IF_ERROR(explanation.Add(found.basis, found.person_id, found.agreement));
    }
    rows.begin = chunk.next;
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ExplainFrom(store::Store& store, const std::optional<ids::Uuid>& held_by,
                         absl::FunctionRef<absl::Status()> alive, Explanation& explanation) {
  Scan scan(held_by, explanation);
  NWD_RETURN_IF_ERROR(ExplainTable<storage::Consent>(store, keys::kConsent, alive, scan, explanation));
  return ExplainTable<storage::Authority>(store, keys::kAuthority, alive, scan, explanation);
}

}  // namespace nwd::consent
