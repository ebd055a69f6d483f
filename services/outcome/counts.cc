#include "services/outcome/counts.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "common/base/macros.h"
#include "common/store/proto_value.h"
#include "services/outcome/keys.h"

namespace nwd::outcome {
namespace {

absl::Status AddTo(store::Txn& txn, const std::string& key, int64_t by) {
  NWD_ASSIGN_OR_RETURN(std::optional<storage::CountRow> row, store::Find<storage::CountRow>(txn, key));
  storage::CountRow count = row ? *std::move(row) : storage::CountRow();
  count.set_count(count.count() + by);
  if (count.count() < 0)
    return absl::DataLossError("a figure would fall below zero: more was taken back than was ever counted");
  store::PutMessage(txn, key, count);
  return absl::OkStatus();
}

}  // namespace

std::string ChannelCell(common::v1::EntryChannel channel) {
  if (channel == common::v1::ENTRY_CHANNEL_UNSPECIFIED || !common::v1::EntryChannel_IsValid(channel))
    return std::string(kUnknownCell);
  return absl::AsciiStrToLower(absl::StripPrefix(common::v1::EntryChannel_Name(channel), "ENTRY_CHANNEL_"));
}

std::vector<std::string> CellsOf(v1::Cut cut, const facts::Facts& facts) {
  std::vector<std::string> cells;
  switch (cut) {
    case v1::CUT_BOROUGH:
      for (const facts::Borough& borough : facts.boroughs()) cells.push_back(borough.code);
      cells.emplace_back(kUnknownCell);
      break;
    case v1::CUT_PRIORITY_GROUP:
      for (const facts::PriorityGroup& group : facts.priority_groups()) cells.push_back(group.slug);
      break;
    case v1::CUT_ENTRY_CHANNEL: {
      const google::protobuf::EnumDescriptor& channels = *common::v1::EntryChannel_descriptor();
      for (int i = 0; i < channels.value_count(); ++i) {
        cells.push_back(ChannelCell(static_cast<common::v1::EntryChannel>(channels.value(i)->number())));
      }
      break;
    }
    default:
      break;
  }
  std::ranges::sort(cells);
  return cells;
}

bool AddsUp(v1::Cut cut) { return cut == v1::CUT_BOROUGH || cut == v1::CUT_ENTRY_CHANNEL; }

absl::Status Counts::Add(store::Txn& txn, Counter counter, Month month, int64_t by) const {
  return AddTo(txn, keys::Count(counter, v1::CUT_HUB, month, kWholeCell), by);
}

absl::Status Counts::AddCut(store::Txn& txn, Counter counter, Month month, int64_t by,
                            const storage::ReferralRow& referral) const {
  NWD_RETURN_IF_ERROR(Add(txn, counter, month, by));
  const bool known = facts_.FindBorough(referral.borough()) != nullptr;
  NWD_RETURN_IF_ERROR(AddTo(
      txn, keys::Count(counter, v1::CUT_BOROUGH, month, known ? std::string_view(referral.borough()) : kUnknownCell),
      by));
  NWD_RETURN_IF_ERROR(
      AddTo(txn, keys::Count(counter, v1::CUT_ENTRY_CHANNEL, month, ChannelCell(referral.entry_channel())), by));
  std::set<std::string> groups;
  for (const std::string& said : referral.priority_groups()) {
    for (const facts::PriorityGroup* group : facts_.WithParents(said)) groups.insert(group->slug);
  }
  for (const std::string& group : groups) {
    NWD_RETURN_IF_ERROR(AddTo(txn, keys::Count(counter, v1::CUT_PRIORITY_GROUP, month, group), by));
  }
  return absl::OkStatus();
}

absl::Status Counts::Begin(store::Txn& txn, Source source, Month month) const {
  NWD_ASSIGN_OR_RETURN(const std::optional<Month> began, BeganIn(txn, source));
  if (began && *began <= month) return absl::OkStatus();
  storage::CountRow row;
  row.set_count(month);
  store::PutMessage(txn, keys::Began(source), row);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Month>> Counts::BeganIn(const store::Reader& reader, Source source) {
  NWD_ASSIGN_OR_RETURN(const std::optional<storage::CountRow> row,
                       store::Find<storage::CountRow>(reader, keys::Began(source)));
  if (!row) return std::nullopt;
  return std::optional<Month>(row->count());
}

absl::StatusOr<Counts::All> Counts::ReadAll(const store::Reader& reader, Counter counter) {
  All all;
  absl::Status fault;
  const std::string prefix = keys::Counts(counter);
  NWD_RETURN_IF_ERROR(reader.Scan(
      store::PrefixRange(prefix), store::Direction::kForward, [&](std::string_view key, std::string_view value) {
        store::KeyReader parts(key);
        uint64_t number = 0;
        uint64_t cut = 0;
        uint64_t month = 0;
        std::string_view cell;
        absl::StatusOr<storage::CountRow> row = store::ParseValue<storage::CountRow>(key, value);
        if (!parts.Number(&number) || !parts.Number(&cut) || !parts.Number(&month) || !parts.Text(&cell)) {
          fault = absl::DataLossError("a stored figure has a key of another form");
        } else if (!row.ok()) {
          fault = row.status();
        } else {
          all[static_cast<v1::Cut>(cut)][std::string(cell)][static_cast<Month>(month)] = row->count();
        }
        return fault.ok() ? store::Visit::kContinue : store::Visit::kStop;
      }));
  NWD_RETURN_IF_ERROR(fault);
  return all;
}

}  // namespace nwd::outcome
