#include "deploy/audit/log_source.h"

#include <curl/curl.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "common/base/macros.h"
#include "common/base/strings.h"
#include "deploy/audit/epochs.h"

namespace nwd::audit {
namespace {

constexpr long kHttpOk = 200, kHttpNotFound = 404;
constexpr long kRedirectsMax = 5;

class Folder final : public LogSource {
 public:
  explicit Folder(std::string folder) : folder_(std::move(folder)) {}
  absl::StatusOr<std::string> Get(const std::string& path) override {
    const std::string file = Cat(folder_, "/", path);
    std::error_code failed;
    const uintmax_t size = std::filesystem::file_size(file, failed);
    if (failed) return absl::NotFoundError(Cat(file, ": ", failed.message()));
    if (size > kPageBytesMax) return absl::DataLossError(Cat(file, " is larger than any page of a log"));
    std::ifstream in(file, std::ios::binary);
    std::string content((std::istreambuf_iterator<char>(in)), {});
    if (in.bad()) return absl::UnavailableError(Cat(file, " cannot be read"));
    return content;
  }

 private:
  const std::string folder_;
};

size_t Append(char* data, size_t size, size_t count, void* to) {
  std::string& content = *static_cast<std::string*>(to);
  if (content.size() + size * count > kPageBytesMax) return 0;  // ends the transfer
  content.append(data, size * count);
  return size * count;
}

class Server final : public LogSource {
 public:
  explicit Server(std::string url) : url_(std::move(url)), curl_(curl_easy_init(), curl_easy_cleanup) {
    curl_easy_setopt(curl_.get(), CURLOPT_WRITEFUNCTION, Append);
    curl_easy_setopt(curl_.get(), CURLOPT_TIMEOUT, kPageSeconds);
    curl_easy_setopt(curl_.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_.get(), CURLOPT_PATH_AS_IS, 1L);  // a path means what it says
    curl_easy_setopt(curl_.get(), CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl_.get(), CURLOPT_MAXREDIRS, kRedirectsMax);
    curl_easy_setopt(curl_.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl_.get(), CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  }
  absl::StatusOr<std::string> Get(const std::string& path) override {
    const std::string url = Cat(url_, "/", path);
    std::string content;
    curl_easy_setopt(curl_.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_.get(), CURLOPT_WRITEDATA, &content);
    const CURLcode code = curl_easy_perform(curl_.get());
    long status = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK) return absl::UnavailableError(Cat("cannot fetch ", url, ": ", curl_easy_strerror(code)));
    if (status == kHttpNotFound) return absl::NotFoundError(Cat(url, " is not there"));
    if (status != kHttpOk) return absl::UnavailableError(Cat(url, " answered ", status));
    return content;
  }

 private:
  const std::string url_;
  const std::unique_ptr<CURL, void (*)(CURL*)> curl_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<LogSource>> OpenLog(const std::string& from) {
  if (from.starts_with("http://") || from.starts_with("https://")) {
    return std::make_unique<Server>(from.ends_with('/') ? from.substr(0, from.size() - 1) : from);
  }
  std::error_code failed;
  if (!std::filesystem::is_directory(from, failed)) {
    return absl::NotFoundError(Cat(from, " is neither a folder nor an http address"));
  }
  return std::make_unique<Folder>(from);
}

EpochPages::EpochPages(LogSource& source, std::string_view origin) : source_(source) {
  const std::optional<LogName> named = LogNameOf(origin);
  if (named.has_value() && named->epoch != kFirstEpoch) prefix_ = Cat(named->epoch, "/");
}

absl::StatusOr<std::string> GetBundle(LogSource& source, const Bundle& bundle) {
  absl::StatusOr<std::string> bytes = source.Get(BundlePath(bundle));
  if (absl::IsNotFound(bytes.status()) && bundle.width < kTileWidth) bytes = source.Get(BundlePath({bundle.index}));
  if (!absl::IsNotFound(bytes.status())) return bytes;
  return absl::DataLossError(Cat(BundlePath(bundle), " is not there"));
}

absl::StatusOr<std::string> GetTile(LogSource& source, const Tile& tile) {
  absl::StatusOr<std::string> hashes = source.Get(TilePath(tile));
  if (absl::IsNotFound(hashes.status()) && tile.width < kTileWidth) {
    hashes = source.Get(TilePath({tile.level, tile.index}));
  }
  if (absl::IsNotFound(hashes.status())) return absl::DataLossError(Cat(TilePath(tile), " is not there"));
  if (!hashes.ok()) return hashes.status();
  const size_t bytes = tile.width * crypto::kDigestSizeBytes;
  const bool whole = hashes->size() == kTileWidth * crypto::kDigestSizeBytes;
  if (hashes->size() != bytes && !whole) return absl::DataLossError(Cat(TilePath(tile), " has another length"));
  hashes->resize(bytes);
  return hashes;
}

absl::StatusOr<std::string> TileReader::Read(int level, uint64_t index) {
  const auto [tile, is_new] = tiles_.try_emplace({level, index});
  if (is_new) {
    absl::StatusOr<std::string> hashes = GetTile(source_, {level, index, WidthIn(size_, level, index)});
    if (!hashes.ok()) {
      tiles_.erase(tile);
      return hashes.status();
    }
    tile->second = *std::move(hashes);
  }
  return tile->second;
}

absl::StatusOr<Hash> TileReader::HashOf(const Subtree& subtree) {
  const InTile place = TileOf(subtree);
  NWD_ASSIGN_OR_RETURN(const std::string hashes, Read(place.level, place.index));
  return HashOver(hashes, place);
}

}  // namespace nwd::audit
