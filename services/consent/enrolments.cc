#include "services/consent/enrolments.h"

#include <algorithm>
#include <string>

#include "common/base/timestamps.h"
#include "common/store/proto_value.h"
#include "services/consent/consent_rows.h"
#include "services/consent/joins.h"
#include "services/consent/keys.h"
#include "services/consent/limits.h"

namespace nwd::consent::enrolments {
namespace {

// Those of all ids of the person, ended or not.
absl::StatusOr<std::vector<storage::Enrolment>> OfFamily(const store::Reader& reader, const ids::Uuid& person_id,
                                                         const ids::Uuid& channel_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
  std::vector<storage::Enrolment> enrolments;
  for (const ids::Uuid& relative : family) {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Enrolment> enrolment, Find(reader, relative, channel_id));
    if (enrolment.has_value()) enrolments.push_back(*std::move(enrolment));
  }
  return enrolments;
}

// No room for another maker: there may have been any.
bool IsFull(const storage::Enrolment& enrolment) { return enrolment.organisation_ids_size() >= kEnrolmentMakersMax; }

bool Made(const storage::Enrolment& enrolment, const ids::Uuid& organisation_id) {
  const auto& makers = enrolment.organisation_ids();
  return std::find(makers.begin(), makers.end(), organisation_id.bytes()) != makers.end();
}

}  // namespace

absl::StatusOr<bool> ActsFor(const store::Reader& reader, const ids::Uuid& person_id, const ids::Uuid& channel_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<storage::Enrolment> enrolments, OfFamily(reader, person_id, channel_id));
  return std::any_of(enrolments.begin(), enrolments.end(),
                     [](const storage::Enrolment& enrolment) { return enrolment.end_us() == 0; });
}

absl::StatusOr<std::vector<Enrolled>> AllUnder(const store::Reader& reader, const ids::Uuid& person_id) {
  const std::string prefix = keys::EnrolmentsOf(person_id);
  std::vector<Enrolled> all;
  absl::Status parsed;
  auto add = [&](std::string_view key, std::string_view value) {
    absl::StatusOr<storage::Enrolment> row = store::ParseValue<storage::Enrolment>(key, value);
    parsed.Update(row.status());
    if (row.ok()) all.push_back({consents::IdOf(key.substr(prefix.size())), *std::move(row)});
    return parsed.ok() ? store::Visit::kContinue : store::Visit::kStop;
  };
  NWD_RETURN_IF_ERROR(reader.Scan(store::PrefixRange(prefix), store::Direction::kForward, add));
  NWD_RETURN_IF_ERROR(parsed);
  return all;
}

absl::StatusOr<std::vector<ids::Uuid>> ChannelsUnder(const store::Reader& reader, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<Enrolled> all, AllUnder(reader, person_id));
  std::vector<ids::Uuid> channels;
  for (const Enrolled& enrolled : all) {
    if (Lasts(enrolled.row)) channels.push_back(enrolled.channel_id);
  }
  return channels;
}

absl::StatusOr<std::vector<ids::Uuid>> ChannelsOf(const store::Reader& reader, const ids::Uuid& person_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(reader, person_id));
  std::vector<ids::Uuid> channels;
  for (const ids::Uuid& relative : family) {
    NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> theirs, ChannelsUnder(reader, relative));
    for (const ids::Uuid& channel : theirs) {
      if (std::find(channels.begin(), channels.end(), channel) == channels.end()) channels.push_back(channel);
    }
  }
  return channels;
}

absl::StatusOr<bool> WasMadeBy(const store::Reader& reader, const ids::Uuid& person_id, const ids::Uuid& channel_id,
                               const ids::Uuid& organisation_id) {
  NWD_ASSIGN_OR_RETURN(const std::vector<storage::Enrolment> enrolments, OfFamily(reader, person_id, channel_id));
  return std::any_of(enrolments.begin(), enrolments.end(), [&](const storage::Enrolment& enrolment) {
    return Made(enrolment, organisation_id) || IsFull(enrolment);
  });
}

absl::StatusOr<std::optional<storage::Enrolment>> Find(const store::Reader& reader, const ids::Uuid& person_id,
                                                       const ids::Uuid& channel_id) {
  return store::Find<storage::Enrolment>(reader, keys::Enrolment(person_id, channel_id));
}

bool Lasts(const std::optional<storage::Enrolment>& enrolment) {
  return enrolment.has_value() && enrolment->end_us() == 0;
}

absl::Status Enrol(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& channel_id,
                   const ids::Uuid& organisation_id, absl::Time now) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::Enrolment> enrolment, Find(txn, person_id, channel_id));
  if (!Lasts(enrolment)) {
    if (!enrolment.has_value()) enrolment.emplace();
    enrolment->set_since_us(Micros(now));
    enrolment->clear_end_us();
  }
  if (!Made(*enrolment, organisation_id) && !IsFull(*enrolment)) {
    enrolment->add_organisation_ids(std::string(organisation_id.bytes()));
  }
  store::PutMessage(txn, keys::Enrolment(person_id, channel_id), *enrolment);
  return absl::OkStatus();
}

absl::StatusOr<bool> End(store::Txn& txn, const ids::Uuid& person_id, const ids::Uuid& channel_id, absl::Time now) {
  NWD_ASSIGN_OR_RETURN(const std::vector<ids::Uuid> family, joins::FamilyOf(txn, person_id));
  bool ended = false;
  for (const ids::Uuid& relative : family) {
    NWD_ASSIGN_OR_RETURN(std::optional<storage::Enrolment> enrolment, Find(txn, relative, channel_id));
    if (!Lasts(enrolment)) continue;
    enrolment->set_end_us(Micros(now));
    store::PutMessage(txn, keys::Enrolment(relative, channel_id), *enrolment);
    ended = true;
  }
  return ended;
}

}  // namespace nwd::consent::enrolments
