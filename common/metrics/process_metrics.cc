#include "common/metrics/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace nwd::metrics {
namespace {

// Fields of /proc/self/stat that are used, counted from 0 after the program's name in brackets (proc(5) numbers them
// from 3).
constexpr size_t kUserTicks = 11, kSystemTicks = 12, kThreads = 17, kStartTicks = 19, kVirtualBytes = 20,
                 kResidentPages = 21;

std::vector<double> ReadStat() {
  std::ifstream in("/proc/self/stat");
  std::string line;
  std::getline(in, line);
  const size_t name_end = line.rfind(')');  // the name may hold anything, even brackets
  if (name_end == std::string::npos) return {};
  std::istringstream rest(line.substr(name_end + 1));
  std::vector<double> fields = {0};  // the state, a letter
  std::string state;
  rest >> state;
  for (double value; rest >> value;) fields.push_back(value);
  return fields.size() > kResidentPages ? fields : std::vector<double>();
}

// When the machine started, in seconds since 1970; 0 if unknown.
double BootTime() {
  std::ifstream in("/proc/stat");
  for (std::string key; in >> key; in.ignore(1 << 16, '\n')) {
    double seconds;
    if (key == "btime" && in >> seconds) return seconds;
  }
  return 0;
}

int CountOpenFiles() {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return -1;
  int count = 0;
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count - 3;  // ".", ".." and the folder itself
}

void ReadProcess(Scrape& scrape) {
  const double ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  if (const std::vector<double> stat = ReadStat(); !stat.empty()) {
    scrape.Counter("process_cpu_seconds_total", "Processor time used, user and system, in seconds.",
                   (stat[kUserTicks] + stat[kSystemTicks]) / ticks_per_second);
    scrape.Gauge("process_resident_memory_bytes", "Memory held in RAM, in bytes.",
                 stat[kResidentPages] * static_cast<double>(sysconf(_SC_PAGESIZE)));
    scrape.Gauge("process_virtual_memory_bytes", "Address space in use, in bytes.", stat[kVirtualBytes]);
    scrape.Gauge("process_threads", "Threads.", stat[kThreads]);
    static const double boot_time = BootTime();
    if (boot_time > 0) {
      scrape.Gauge("process_start_time_seconds", "When the process started, in seconds since 1970.",
                   boot_time + stat[kStartTicks] / ticks_per_second);
    }
  }
  if (const int open_files = CountOpenFiles(); open_files >= 0) {
    scrape.Gauge("process_open_fds", "Open file descriptors.", open_files);
  }
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    scrape.Gauge("process_max_fds", "File descriptors the process may open.", static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace

Registration AddProcessMetrics(Registry& registry) { return registry.OnScrape(ReadProcess); }

}  // namespace nwd::metrics
