#include "common/log/sink.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/log/limits.h"

namespace nwd::log {
namespace {

class SpdlogSink final : public Sink {
 public:
  explicit SpdlogSink(std::unique_ptr<spdlog::sinks::sink> sink) : sink_(std::move(sink)) {
    sink_->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v", spdlog::pattern_time_type::utc, ""));
  }

  void Write(std::string_view lines) override {
    try {
      sink_->log(spdlog::details::log_msg("", spdlog::level::info, spdlog::string_view_t(lines.data(), lines.size())));
      sink_->flush();
    } catch (const spdlog::spdlog_ex&) {
      // A full disk must not stop the service, and there is no log to say so in.
    }
  }

 private:
  std::unique_ptr<spdlog::sinks::sink> sink_;
};

class ReceiverSink final : public Sink {
 public:
  explicit ReceiverSink(std::function<void(std::string_view)> receiver) : receiver_(std::move(receiver)) {}

  void Write(std::string_view lines) override {
    for (size_t end; (end = lines.find('\n')) != std::string_view::npos; lines.remove_prefix(end + 1)) {
      receiver_(lines.substr(0, end));
    }
  }

 private:
  std::function<void(std::string_view)> receiver_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Sink>> MakeSink(const Options& options) {
  if (options.receiver) return std::make_unique<ReceiverSink>(options.receiver);
  try {
    if (options.file.empty()) return std::make_unique<SpdlogSink>(std::make_unique<spdlog::sinks::stderr_sink_st>());
    return std::make_unique<SpdlogSink>(
        std::make_unique<spdlog::sinks::rotating_file_sink_st>(options.file, kFileBytesMax, kOldFilesMax));
  } catch (const spdlog::spdlog_ex& error) {
    return absl::FailedPreconditionError(absl::StrCat("cannot write the log file ", options.file, ": ", error.what()));
  }
}

}  // namespace nwd::log
