#include "common/audit/log_pages.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "common/base/strings.h"
#include "common/log/log.h"

namespace nwd::audit {
namespace {

constexpr std::string_view kPrefix = "/audit/";
constexpr char kBytes[] = "application/octet-stream";
constexpr char kNeverKept[] = "no-cache";
constexpr char kKeptForEver[] = "public, max-age=31536000, immutable";
constexpr char kKeptAMoment[] = "public, max-age=60";  // a full one takes its place

http::Response NotThere() { return {.status = 404, .body = "the log has no such page\n"}; }

http::Response Text(std::string body) { return {.body = std::move(body), .headers = {{"Cache-Control", kNeverKept}}}; }

http::Response CannotRead(const absl::Status& why) {
  log::Line(log::Level::kError, "audit.not_served").Status(why).Emit();
  return {.status = 500, .body = "the log cannot be read here; its operator knows why\n"};
}

// `sound`: what is on disk is what was signed, as far as is known; nobody is to keep anything else for ever.
http::Response Page(const absl::StatusOr<std::optional<std::string>>& bytes, int width, bool sound) {
  if (!bytes.ok()) return CannotRead(bytes.status());
  if (!bytes->has_value()) return NotThere();
  const char* kept = width == kTileWidth ? kKeptForEver : kKeptAMoment;
  return {.content_type = kBytes, .body = **bytes, .headers = {{"Cache-Control", sound ? kept : kNeverKept}}};
}

std::string Lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

http::Response Cited(const Log& log) {
  absl::StatusOr<std::string> note = log.Cited();
  if (!note.ok()) return CannotRead(note.status());
  return note->empty() ? NotThere() : Text(*std::move(note));
}

// The epoch that a path names at its start, which is then taken off: what may be kept for ever has another name in each.
// The first one's pages have none.
uint32_t TakeEpoch(std::string_view& path) {
  const size_t slash = path.find('/');
  uint32_t epoch = 0;
  if (slash == std::string_view::npos || path.front() < '1' || path.front() > '9' ||
      !absl::SimpleAtoi(AbslView(path.substr(0, slash)), &epoch)) {
    return kFirstEpoch;
  }
  path.remove_prefix(slash + 1);
  return epoch;
}

http::Response Answer(const Log& log, std::string_view path) {
  if (path == "checkpoint") return Text(log.checkpoint());
  if (path == "cited") return Cited(log);
  if (path == "keys") return Text(Lines(log.VerifierTexts()));
  const uint32_t epoch = TakeEpoch(path);
  const auto bundle = ParseBundlePath(path);
  const auto tile = ParseTilePath(path);
  if (!bundle && !tile && path != "checkpoint" && path != "cited") return NotThere();
  const absl::StatusOr<std::optional<rows::State>> of = log.StateOf(epoch);
  if (!of.ok()) return CannotRead(of.status());
  if (!of->has_value()) return NotThere();
  if (path == "checkpoint") return Text((*of)->checkpoint);
  if (path == "cited") return epoch == log.epoch() ? Cited(log) : NotThere();
  const bool sound = log.IsSound(epoch);
  if (bundle) return Page(log.ReadBundle(**of, *bundle), bundle->width, sound);
  return Page(log.ReadTile(**of, *tile), tile->width, sound);
}

}  // namespace

void ServeLog(http::HttpServer& server, const Log& log) {
  server.HandlePrefix(kPrefix, [&log](const http::Request& request) { return Answer(log, request.rest); });
}

}  // namespace nwd::audit
