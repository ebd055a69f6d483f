// Prints docs/access-matrix.md from the access rules declared in every .proto there is.
//
//   nwd-access-matrix proto > docs/access-matrix.md
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <vector>

#include "absl/strings/str_join.h"
#include "common/access/policy.h"
#include "common/base/strings.h"
#include "google/protobuf/compiler/importer.h"
#include "google/protobuf/descriptor_database.h"
#include "nwd/common/v1/access.pb.h"

namespace {

using nwd::Cat;
namespace v1 = nwd::common::v1;

// Ours below the folder, as imports name them, in alphabetical order.
std::vector<std::string> ProtosIn(const std::filesystem::path& folder) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder / "nwd")) {
    if (entry.path().extension() == ".proto") found.push_back(entry.path().lexically_relative(folder));
  }
  std::sort(found.begin(), found.end());
  return found;
}

class ToStandardError final : public google::protobuf::compiler::MultiFileErrorCollector {
 public:
  void AddError(const std::string& file, int line, int column, const std::string& message) override {
    std::cerr << file << ":" << line + 1 << ":" << column + 1 << ": " << message << "\n";
  }
};

std::string Words(const std::string& name, const std::string& prefix) {
  std::string words = name.substr(prefix.size());
  for (char& c : words) c = c == '_' ? ' ' : static_cast<char>(std::tolower(c));
  return words;
}

void Print(const google::protobuf::ServiceDescriptor& service) {
  std::cout
      << "\n## " << service.full_name()
      << "\n\n| method | organisations with a role | tie | our services | practitioner |\n|---|---|---|---|---|\n";
  for (int m = 0; m < service.method_count(); ++m) {
    const auto& method = *service.method(m);
    const auto rule = nwd::access::RuleOf(method);
    if (!rule.ok()) {
      std::cerr << rule.status().message() << "\n";
      std::exit(1);
    }
    std::vector<std::string> roles;
    for (const int role : rule->roles()) roles.push_back(Words(v1::Role_Name(static_cast<v1::Role>(role)), "ROLE_"));
    const std::vector<std::string> services(rule->services().begin(), rule->services().end());
    std::cout << "| " << method.name() << (method.server_streaming() ? " (stream)" : "") << " | "
              << absl::StrJoin(roles, ", ") << " | "
              << (rule->tie() == v1::TIE_NONE ? "" : Words(v1::Tie_Name(rule->tie()), "TIE_")) << " | "
              << absl::StrJoin(services, ", ") << " | " << (rule->about_person() ? "required" : "") << " |\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: nwd-access-matrix PROTO_FOLDER\n";
    return 2;
  }
  std::cout << "# Who may call what\n\nGenerated from the access rules beside each RPC in `proto/` by "
               "`nwd-access-matrix`; a test fails where this page "
               "differs. A caller needs one of the roles and the tie; a service of ours needs neither and may call "
               "only what names it. `grpc.health.v1` "
               "answers every verified certificate.\n";
  google::protobuf::compiler::DiskSourceTree folder;
  folder.MapPath("", argv[1]);
  google::protobuf::DescriptorPoolDatabase known(
      *google::protobuf::DescriptorPool::generated_pool());  // protobuf's own
  google::protobuf::compiler::SourceTreeDescriptorDatabase read(&folder, &known);
  ToStandardError errors;
  read.RecordErrorsTo(&errors);
  const google::protobuf::DescriptorPool protos(&read, read.GetValidationErrorCollector());
  for (const std::string& proto : ProtosIn(argv[1])) {
    const google::protobuf::FileDescriptor* file = protos.FindFileByName(proto);
    if (file == nullptr) return 1;
    for (int s = 0; s < file->service_count(); ++s) Print(*file->service(s));
  }
}
