#include "common/log/log.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "common/base/macros.h"
#include "common/log/limits.h"
#include "common/log/queue.h"

namespace nwd::log {
namespace {

constexpr std::string_view kLevelNames[] = {"debug", "info", "warning", "error"};

}  // namespace

std::string_view LevelName(Level level) { return kLevelNames[static_cast<int>(level)]; }

bool ParseLevel(std::string_view name, Level* level) {
  for (const Level candidate : {Level::kDebug, Level::kInfo, Level::kWarning, Level::kError}) {
    if (LevelName(candidate) != name) continue;
    *level = candidate;
    return true;
  }
  return false;
}

absl::Status Init(Options options) {
  NWD_ASSIGN_OR_RETURN(std::unique_ptr<Sink> sink, MakeSink(options));
  Shutdown();
  Queue::Get().Start(std::move(sink), options.program, options.level);
  static const int at_exit = std::atexit(Shutdown);
  (void)at_exit;
  return absl::OkStatus();
}

void Flush() { Queue::Get().Flush(); }
void Shutdown() { Queue::Get().Stop(); }
uint64_t DroppedLines() { return Queue::Get().dropped(); }
bool Enabled(Level level) { return Queue::Get().Enabled(level); }

Queue& Queue::Get() {
  static Queue& queue = *new Queue;
  return queue;
}

void Queue::Start(std::unique_ptr<Sink> sink, std::string_view program, Level level) {
  absl::MutexLock lifecycle(&lifecycle_);
  sink_ = std::move(sink);
  std::string& field = programs_.emplace_back();
  if (!program.empty()) {
    field = ",\"program\":";
    AppendJsonString(program, field);
  }
  program_.store(&field, std::memory_order_release);
  level_.store(static_cast<int>(level), std::memory_order_relaxed);
  {
    absl::MutexLock lock(&mutex_);
    running_ = true;
  }
  writer_ = std::thread([this] { Write(); });
}

void Queue::Stop() {
  absl::MutexLock lifecycle(&lifecycle_);
  if (!writer_.joinable()) return;
  {
    absl::MutexLock lock(&mutex_);
    running_ = false;
  }
  gathering_.End();
  writer_.join();
  sink_.reset();
  level_.store(static_cast<int>(Level::kWarning), std::memory_order_relaxed);
}

void Queue::AppendProgram(std::string& out) const {
  if (const std::string* program = program_.load(std::memory_order_acquire)) out += *program;
}

void Queue::Put(std::string_view line) {
  absl::MutexLock lock(&mutex_);
  if (!running_) {
    std::fwrite(line.data(), 1, line.size(), stderr);
    return;
  }
  if (waiting_.size() + line.size() > kQueueBytesMax) {
    ++dropped_unsaid_;
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  waiting_ += line;
  put_bytes_ += line.size();
  if (waiting_.size() > kQueueBytesMax / 2) gathering_.End();
}

void Queue::Flush() {
  absl::MutexLock lock(&mutex_);
  if (!running_) return;
  gathering_.End();
  const uint64_t until = put_bytes_;
  const auto written = [this, until] {
    mutex_.AssertReaderHeld();
    return written_bytes_ >= until || !running_;
  };
  mutex_.Await(absl::Condition(&written));
}

void Queue::Write() {
  std::string taken;
  const auto work = [this] {
    mutex_.AssertReaderHeld();
    return !waiting_.empty() || !running_;
  };
  for (bool running = true; running;) {
    uint64_t dropped = 0;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(&work));
    }
    gathering_.For(kGatherTime);
    {
      absl::MutexLock lock(&mutex_);
      running = running_;
      taken.swap(waiting_);
      std::swap(dropped, dropped_unsaid_);
    }
    const size_t bytes = taken.size();
    if (dropped > 0) {
      Line line(Level::kError, "log.dropped");
      taken += line.Int("lines", static_cast<int64_t>(dropped)).Finish();
    }
    if (!taken.empty()) sink_->Write(taken);
    taken.clear();
    {
      absl::MutexLock lock(&mutex_);
      written_bytes_ += bytes;
    }
  }
}

}  // namespace nwd::log
