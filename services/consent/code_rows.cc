#include "services/consent/code_rows.h"

#include <string>
#include <vector>

#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"

namespace nwd::consent::codes {
namespace {

using consents::IdOf;

std::string KeyOf(const storage::OneTimeCode& code) {
  return keys::ChannelCode(IdOf(code.person_id()), IdOf(code.object_id()));
}

void Delete(store::Txn& txn, const storage::OneTimeCode& code) {
  txn.Delete(KeyOf(code));
  txn.Delete(keys::ChannelCodeHash(code.hash()));
}

}  // namespace

absl::StatusOr<std::optional<storage::OneTimeCode>> OfChannel(const store::Reader& reader, const ids::Uuid& person_id,
                                                              const ids::Uuid& channel_id) {
  return store::Find<storage::OneTimeCode>(reader, keys::ChannelCode(person_id, channel_id));
}

absl::StatusOr<std::optional<storage::OneTimeCode>> TypedIn(const store::Reader& reader, const ids::Uuid& channel_id,
                                                            std::string_view hash) {
  std::string person_id;
  NWD_ASSIGN_OR_RETURN(const bool present, reader.Get(keys::ChannelCodeHash(hash), &person_id));
  if (!present) return std::nullopt;
  return OfChannel(reader, IdOf(person_id), channel_id);
}

absl::Status PutOfChannel(store::Txn& txn, const storage::OneTimeCode& code) {
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::OneTimeCode> before,
                       store::Find<storage::OneTimeCode>(txn, KeyOf(code)));
  if (before.has_value()) Delete(txn, *before);
  store::PutMessage(txn, KeyOf(code), code);
  txn.Put(keys::ChannelCodeHash(code.hash()), code.person_id());
  return absl::OkStatus();
}

absl::Status DeleteOfChannel(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& channel_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(txn, person_id));
  for (const ids::Uuid& relative : family) {
    NWD_ASSIGN_OR_RETURN(const std::optional<storage::OneTimeCode> code, OfChannel(txn, relative, channel_id));
    if (code.has_value()) Delete(txn, *code);
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> Sweep(store::Txn& txn, absl::Time now) {
  std::vector<storage::OneTimeCode> over;
  size_t looked_at = 0;
  absl::Status failed;
  const auto look = [&](std::string_view key, std::string_view value) {
    absl::StatusOr<storage::OneTimeCode> code = store::ParseValue<storage::OneTimeCode>(key, value);
    failed = code.status();
    if (!failed.ok()) return store::Visit::kStop;
    if (!Serves(*code, now)) over.push_back(*std::move(code));
    return ++looked_at < kCodesSweptMax ? store::Visit::kContinue : store::Visit::kStop;
  };
  NWD_RETURN_IF_ERROR(txn.Scan(store::PrefixRange(keys::ChannelCodes()), store::Direction::kForward, look));
  NWD_RETURN_IF_ERROR(failed);
  for (const storage::OneTimeCode& code : over) Delete(txn, code);
  return over.size();
}

absl::StatusOr<std::optional<storage::OneTimeCode>> OfConsent(const store::Reader& reader,
                                                              const ids::Uuid& consent_id) {
  return store::Find<storage::OneTimeCode>(reader, keys::CorroborationCode(consent_id));
}

void PutOfConsent(store::Txn& txn, const storage::OneTimeCode& code) {
  store::PutMessage(txn, keys::CorroborationCode(IdOf(code.object_id())), code);
}

bool Serves(const std::optional<storage::OneTimeCode>& code, absl::Time now) {
  return code.has_value() && !code->seed().empty() && Micros(now) < code->expire_time_us() &&
         code->refused() < kCorroborationTriesMax;
}

bool ServesStill(const std::optional<storage::OneTimeCode>& code, std::string_view seed, absl::Time now) {
  return Serves(code, now) && code->seed() == seed;
}

}  // namespace nwd::consent::codes
