#include "deploy/hub/folder.h"

#include <cstdlib>
#include <filesystem>

#include "common/base/strings.h"

namespace nwd::hub {

std::vector<std::string> ServiceNames() {
  std::vector<std::string> names;
  for (const ServicePorts& service : kServices) names.emplace_back(service.service);
  return names;
}

std::string StateFile(const std::string& hub) { return Cat(hub, "/hub.json"); }
std::string KeyFile(const std::string& hub) { return Cat(hub, "/hub.key"); }
std::string PkiFolder(const std::string& hub) { return Cat(hub, "/pki"); }
std::string DataFolder(const std::string& hub, std::string_view service) { return Cat(hub, "/data/", service); }
std::string LogFile(const std::string& hub, std::string_view service) { return Cat(hub, "/log/", service, ".log"); }

std::string ProgramsFolder() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? "." : program.parent_path().string();
}

std::string ShareFolder(std::string_view name) {
  const std::filesystem::path leaf{std::string(name)};
  if (const char* share = std::getenv("NWD_SHARE")) return (std::filesystem::path(share) / leaf).string();
  // From <repository>/build*/bin, or <prefix>/bin.
  const std::filesystem::path programs = ProgramsFolder();
  const std::filesystem::path in_tree = programs.parent_path().parent_path() / "deploy" / leaf;
  std::error_code error;
  if (std::filesystem::is_directory(in_tree, error)) return in_tree.string();
  return (programs.parent_path() / "share" / "nwd" / leaf).string();
}

}  // namespace nwd::hub
