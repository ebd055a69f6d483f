#include "common/backup/backup.h"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <system_error>
#include <vector>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "common/base/timestamps.h"
#include "common/files/files.h"

namespace nwd::backup {
namespace {

namespace fs = std::filesystem;

constexpr char kNameFormat[] = "%E4Y%m%dT%H%M%E3SZ";
constexpr char kPartial[] = ".partial";
// Whoever calls LetGo does so as often, so that nothing is there after kKeyBackupsKept.
constexpr absl::Duration kLetGoEarly = absl::Hours(2);
constexpr absl::Duration kPartialKept = absl::Hours(1);  // far longer than one is being made
constexpr char kAboutFile[] = "about.json", kMarkFile[] = "mark";
constexpr char kFilesFile[] = "files.json";
constexpr size_t kAboutBytesMax = 16 << 10, kMarkBytesMax = 4 << 10, kFilesBytesMax = 16 << 20;

absl::Status Cannot(const std::string& folder, const std::error_code& why) {
  return absl::UnavailableError(Cat("cannot write the backup ", folder, ": ", why.message()));
}

std::string TextOf(const About& about) {
  const nlohmann::ordered_json json = {{"service", about.service},
                                       {"time_us", Micros(about.time)},
                                       {"epoch", about.epoch},
                                       {"change", about.change},
                                       {"checkpoint", about.checkpoint}};
  return json.dump(2) + "\n";
}

// How many bytes each file below has, by its path from the folder.
absl::StatusOr<std::string> SizesIn(const std::string& folder) {
  nlohmann::ordered_json sizes = nlohmann::ordered_json::object();
  std::error_code failed;
  for (const auto& entry : fs::recursive_directory_iterator(folder, failed)) {
    if (!entry.is_regular_file(failed)) continue;
    sizes[fs::relative(entry.path(), folder, failed).string()] = entry.file_size(failed);
    if (failed) break;
  }
  if (failed) return Cannot(folder, failed);
  return sizes.dump(1) + "\n";
}

// A copy of one store, whole or not there.
absl::StatusOr<std::string> MakeOne(const std::string& place, const std::string& name, store::Store& store,
                                    const Places& places, const About& about) {
  const std::string folder = Cat(place, "/", absl::FormatTime(kNameFormat, about.time, absl::UTCTimeZone()));
  const std::string partial = folder + kPartial;
  std::error_code failed;
  if (fs::exists(folder, failed)) return absl::AlreadyExistsError(Cat("there is a backup ", folder, " already"));
  fs::remove_all(partial, failed);
  fs::create_directories(partial, failed);
  if (!failed) fs::permissions(partial, fs::perms::owner_all, failed);
  if (failed) return Cannot(partial, failed);
  const auto fill = [&]() -> absl::Status {
    NWD_RETURN_IF_ERROR(store.Checkpoint(Cat(partial, "/", name)));
    NWD_ASSIGN_OR_RETURN(const std::string sizes, SizesIn(partial));
    NWD_RETURN_IF_ERROR(files::WriteWhole(Cat(partial, "/", kFilesFile), sizes));
    NWD_ASSIGN_OR_RETURN(const std::string mark,
                         files::ReadWhole(Cat(places.data_folder, "/", kMarkFile), kMarkBytesMax));
    NWD_RETURN_IF_ERROR(files::WriteWhole(Cat(partial, "/", kMarkOfBackup), mark));
    NWD_RETURN_IF_ERROR(files::WriteWhole(Cat(partial, "/", kAboutFile), TextOf(about)));
    NWD_RETURN_IF_ERROR(files::SyncAll(partial));
    fs::rename(partial, folder, failed);
    return failed ? Cannot(folder, failed) : files::SyncAll(folder);
  };
  const absl::Status filled = fill();
  if (filled.ok()) return folder;
  fs::remove_all(partial, failed);
  fs::remove_all(folder, failed);
  return filled;
}

struct Kept {
  std::string folder;
  absl::Time made;
  bool partial;
};
// Those in a place; what has another name than ours is passed over.
absl::StatusOr<std::vector<Kept>> KeptIn(const std::string& place) {
  std::vector<Kept> kept;
  std::error_code failed;
  if (!fs::exists(place, failed) && !failed) return kept;
  fs::directory_iterator at(failed ? fs::directory_iterator() : fs::directory_iterator(place, failed));
  for (; !failed && at != fs::directory_iterator(); at.increment(failed)) {
    std::string name = at->path().filename().string();
    const bool partial = name.ends_with(kPartial);
    if (partial) name.resize(name.size() - sizeof(kPartial) + 1);
    absl::Time made;
    if (absl::ParseTime(kNameFormat, name, &made, nullptr)) kept.push_back({at->path().string(), made, partial});
  }
  if (failed) return absl::UnavailableError(Cat("cannot read ", place, ": ", failed.message()));
  return kept;
}

}  // namespace

absl::StatusOr<Made> Make(const Places& places, const About& about, store::Store& data, store::Store& keys) {
  Made made;
  NWD_ASSIGN_OR_RETURN(made.data, MakeOne(places.backups, "data", data, places, about));
  // After the data: nobody in it lacks their key, but those who were erased meanwhile.
  absl::StatusOr<std::string> of_keys = MakeOne(places.key_backups, "keys", keys, places, about);
  if (!of_keys.ok()) {
    std::error_code failed;
    fs::remove_all(made.data, failed);
    return of_keys.status();
  }
  made.keys = *std::move(of_keys);
  return made;
}

absl::StatusOr<int> LetGo(const Places& places, absl::Time now) {
  int gone = 0;
  absl::Status failed;  // one that cannot be deleted holds up no other
  for (const std::string& place : {places.key_backups, places.backups}) {
    const absl::StatusOr<std::vector<Kept>> kept = KeptIn(place);
    failed.Update(kept.status());
    if (!kept.ok()) continue;
    for (const Kept& one : *kept) {
      if (now - one.made < (one.partial ? kPartialKept : kKeyBackupsKept - kLetGoEarly)) continue;
      std::error_code why;
      fs::remove_all(one.folder, why);
      if (why) failed.Update(Cannot(one.folder, why));
      if (!why) ++gone;
    }
  }
  if (!failed.ok()) return failed;
  return gone;
}

absl::StatusOr<std::optional<absl::Time>> Oldest(const std::string& place) {
  NWD_ASSIGN_OR_RETURN(const std::vector<Kept> kept, KeptIn(place));
  std::optional<absl::Time> oldest;
  for (const Kept& one : kept) oldest = std::min(one.made, oldest.value_or(absl::InfiniteFuture()));
  return oldest;
}

absl::StatusOr<About> Read(const std::string& folder) {
  const auto none = [&](std::string_view why) {
    return absl::FailedPreconditionError(Cat(folder, " is no backup: ", why));
  };
  const absl::StatusOr<std::string> text = files::ReadWhole(Cat(folder, "/", kAboutFile), kAboutBytesMax);
  if (!text.ok()) return none(StdView(text.status().message()));
  const auto json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  const auto is = [&](const char* name, auto fits) { return json.contains(name) && (json[name].*fits)(); };
  using Json = nlohmann::json;
  if (!json.is_object() || !is("service", &Json::is_string) || !is("time_us", &Json::is_number_integer) ||
      !is("epoch", &Json::is_number_unsigned) || !is("change", &Json::is_number_unsigned) ||
      !is("checkpoint", &Json::is_string)) {
    return none(Cat(kAboutFile, " does not say what it is of"));
  }
  return About{.service = json["service"],
               .time = FromMicros(json["time_us"]),
               .epoch = json["epoch"],
               .change = json["change"],
               .checkpoint = json["checkpoint"]};
}

absl::Status CheckWhole(const std::string& folder) {
  const auto not_whole = [&](std::string_view why) {
    return absl::FailedPreconditionError(Cat("the backup ", folder, " is not whole: ", why, "; carry it off again"));
  };
  const absl::StatusOr<std::string> text = files::ReadWhole(Cat(folder, "/", kFilesFile), kFilesBytesMax);
  if (!text.ok()) return not_whole(StdView(text.status().message()));
  const auto sizes = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!sizes.is_object()) return not_whole(Cat(kFilesFile, " does not read"));
  for (const auto& [name, size] : sizes.items()) {
    std::error_code failed;
    const uintmax_t has = fs::file_size(Cat(folder, "/", name), failed);
    if (failed) return not_whole(Cat(name, " is not there"));
    if (size != has) return not_whole(Cat(name, " has ", has, " bytes in place of ", size.dump()));
  }
  return absl::OkStatus();
}

}  // namespace nwd::backup
