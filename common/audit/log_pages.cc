#include "common/audit/log_pages.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

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

http::Response Page(const absl::StatusOr<std::optional<std::string>>& bytes, int width) {
  if (!bytes.ok()) return CannotRead(bytes.status());
  if (!bytes->has_value()) return NotThere();
  const char* kept = width == kTileWidth ? kKeptForEver : kKeptAMoment;
  return {.content_type = kBytes, .body = **bytes, .headers = {{"Cache-Control", kept}}};
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

// A page's path in its epoch: what may be kept for ever has another name in each. That of the first is empty.
std::string EpochPrefix(const Log& log) { return log.epoch() == kFirstEpoch ? std::string() : Cat(log.epoch(), "/"); }

http::Response Answer(const Log& log, std::string_view path) {
  const std::string prefix = EpochPrefix(log);
  const bool of_epoch = path.starts_with(prefix);
  if (of_epoch) path.remove_prefix(prefix.size());
  if (path == "checkpoint") return Text(log.checkpoint());
  if (path == "cited") return Cited(log);
  if (path == "keys") return Text(Lines(log.VerifierTexts()));
  if (!of_epoch) return NotThere();
  if (const auto bundle = ParseBundlePath(path)) return Page(log.ReadBundle(*bundle), bundle->width);
  if (const auto tile = ParseTilePath(path)) return Page(log.ReadTile(*tile), tile->width);
  return NotThere();
}

}  // namespace

void ServeLog(http::HttpServer& server, const Log& log) {
  server.HandlePrefix(kPrefix, [&log](const http::Request& request) { return Answer(log, request.rest); });
}

}  // namespace nwd::audit
