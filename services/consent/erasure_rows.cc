#include "services/consent/erasure_rows.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "common/base/macros.h"
#include "common/store/proto_value.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/person_rows.h"

namespace nwd::consent::erasures {
namespace {

// The keys under a prefix, at most `limit`.
absl::StatusOr<std::vector<std::string>> KeysUnder(const store::Reader& reader, const std::string& prefix,
                                                   size_t limit) {
  std::vector<std::string> found;
  if (limit == 0) return found;
  NWD_RETURN_IF_ERROR(
      reader.Scan(store::PrefixRange(prefix), store::Direction::kForward, [&](std::string_view key, std::string_view) {
        found.emplace_back(key);
        return found.size() < limit ? store::Visit::kContinue : store::Visit::kStop;
      }));
  return found;
}

constexpr size_t kAll = SIZE_MAX;  // of what an id of a person has few of

absl::Status DeleteUnder(store::Txn& txn, const std::string& prefix) {
  NWD_ASSIGN_OR_RETURN(const std::vector<std::string> found, KeysUnder(txn, prefix, kAll));
  for (const std::string& key : found) txn.Delete(key);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<storage::Erasure>> Find(const store::Reader& reader, const ids::Uuid& case_id) {
  return store::Find<storage::Erasure>(reader, keys::Erasure(case_id));
}

void Put(store::Txn& txn, const ids::Uuid& case_id, const storage::Erasure& erasure) {
  store::PutMessage(txn, keys::Erasure(case_id), erasure);
  if (erasure.complete()) {
    txn.Delete(keys::ErasureOpen(case_id));
  } else {
    txn.Put(keys::ErasureOpen(case_id), "");
  }
  storage::ErasedPerson erased;
  erased.set_case_id(std::string(case_id.bytes()));
  erased.set_erase_time_us(erasure.erase_time_us());
  for (const std::string& person_id : erasure.person_ids()) {
    store::PutMessage(txn, keys::ErasedPerson(consents::IdOf(person_id)), erased);
  }
}

absl::StatusOr<std::vector<ids::Uuid>> Open(const store::Reader& reader, const ids::Uuid& after, size_t limit) {
  store::Range rest = store::PrefixRange(keys::ErasuresOpen());
  if (!after.is_nil()) {
    rest.begin = keys::ErasureOpen(after);
    rest.begin.push_back('\0');
  }
  std::vector<ids::Uuid> cases;
  NWD_RETURN_IF_ERROR(reader.Scan(rest, store::Direction::kForward, [&](std::string_view key, std::string_view) {
    cases.push_back(consents::IdOf(key.substr(1)));
    return cases.size() < limit ? store::Visit::kContinue : store::Visit::kStop;
  }));
  return cases;
}

absl::StatusOr<std::optional<storage::ErasedPerson>> FindPerson(const store::Reader& reader,
                                                                const ids::Uuid& person_id) {
  return store::Find<storage::ErasedPerson>(reader, keys::ErasedPerson(person_id));
}

absl::Status ForgetPerson(store::Txn& txn, const ids::Uuid& person_id, const std::vector<std::string>& blocks) {
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::Person> person, people::Find(txn, person_id));
  if (person.has_value()) {
    for (const std::string& kept : person->identifiers()) {
      if (!kept.empty()) txn.Delete(keys::Identifier(kept.front(), std::string_view(kept).substr(1), person_id));
    }
  }
  for (const std::string& block : blocks) txn.Delete(keys::Block(block, person_id));
  txn.Delete(keys::Person(person_id));
  txn.Delete(keys::Restrictions(person_id));
  NWD_RETURN_IF_ERROR(DeleteUnder(txn, keys::HoldersOf(person_id)));
  NWD_RETURN_IF_ERROR(DeleteUnder(txn, keys::EnrolmentsOf(person_id)));
  NWD_RETURN_IF_ERROR(DeleteUnder(txn, keys::AuthoritiesStanding(person_id)));
  return joins::Leave(txn, person_id);
}

absl::StatusOr<bool> SweepSome(store::Txn& txn, const ids::Uuid& person_id, size_t rows_max) {
  std::vector<std::string> found;
  const auto add = [&](const std::string& prefix) -> absl::Status {
    NWD_ASSIGN_OR_RETURN(std::vector<std::string> under, KeysUnder(txn, prefix, rows_max - found.size()));
    found.insert(found.end(), std::make_move_iterator(under.begin()), std::make_move_iterator(under.end()));
    return absl::OkStatus();
  };
  NWD_RETURN_IF_ERROR(add(keys::RecordsOfPerson(person_id)));
  NWD_RETURN_IF_ERROR(add(keys::VersionsOfPerson(person_id)));
  for (const std::string& index : {keys::ConsentOfPersonPrefix(person_id), keys::AuthorityOfPersonPrefix(person_id)}) {
    NWD_ASSIGN_OR_RETURN(const std::vector<std::string> bases, KeysUnder(txn, index, kAll));
    for (const std::string& key : bases) {
      const ids::Uuid basis = consents::IdOf(std::string_view(key).substr(key.size() - ids::Uuid::kSizeBytes));
      NWD_RETURN_IF_ERROR(add(keys::Terms(basis)));
      NWD_RETURN_IF_ERROR(add(keys::CorroborationCode(basis)));
      NWD_RETURN_IF_ERROR(add(keys::ReceiptsOfConsent(basis)));
    }
  }
  for (const std::string& key : found) txn.Delete(key);
  return found.size() == rows_max;
}

}  // namespace nwd::consent::erasures
