// What was promised can be proved: a stranger, who has only the logs' keys, checks what the hub says it did.
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

#include "common/base/macros.h"
#include "deploy/demo/chapters.h"
#include "deploy/hub/folder.h"
#include "deploy/hub/shell.h"
#include "google/protobuf/util/json_util.h"

namespace nwd::demo {
namespace {

namespace v1 = consent::v1;
using namespace common::v1;  // NOLINT: the words of the vocabulary
using Figure = absl::StatusOr<std::string>;

constexpr size_t kBeforeTheEnd = 8;  // of an entry in base64: not its padding

std::string In(const World& world, const std::string& file) { return Cat(world.hub_folder(), "/", file); }

// Runs `nwd …` as a process of its own, what it says into a file of the hub's folder; its exit code.
int RunNwd(const World& world, const std::string& arguments, const std::string& output) {
  const std::string nwd = hub::Quoted(hub::ProgramsFolder() + "/nwd");
  const int status = std::system(Cat(nwd, " ", arguments, " > ", hub::Quoted(In(world, output)), " 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// The keys as the hub's office would publish them.
absl::Status PublishKey(const World& world, const std::string& service) {
  const int code = RunNwd(world,
                          Cat("audit key --hub-key ", hub::Quoted(hub::KeyFile(world.hub_folder())), " --trust-domain ",
                              world.trust_domain(), " --service ", service),
                          Cat(service, ".audit-key"));
  return Same("the exit code of nwd audit key", 0, code);
}

std::string KeyOption(const World& world, const std::string& service) {
  return Cat(" --key ", hub::Quoted(In(world, Cat(service, ".audit-key"))));
}

Figure DisclosureIsProved(World& world) {
  NWD_RETURN_IF_ERROR(PublishKey(world, "consent"));
  const Person& person = world.people.front();
  const std::string holder = person.registrar;
  v1::ListDisclosuresRequest list;
  list.set_person_ref(person.refs.at(holder));
  NWD_ASSIGN_OR_RETURN(const auto listed, world.Call<v1::ListDisclosuresResponse>(holder, list));
  NWD_RETURN_IF_ERROR(Holds("something about the first person was disclosed", listed.disclosures_size() > 0));
  v1::GetDisclosureProofRequest prove;
  prove.set_person_ref(list.person_ref());
  prove.set_disclosure_id(listed.disclosures(0).disclosure_id());
  NWD_RETURN_IF_ERROR(Refused("the proof of what was disclosed of somebody else's person",
                              world.Call<v1::GetDisclosureProofResponse>(kUnrelated, prove).status(),
                              absl::StatusCode::kPermissionDenied));
  NWD_ASSIGN_OR_RETURN(const auto proved, world.Call<v1::GetDisclosureProofResponse>(holder, prove));

  std::string proof = proved.proof();
  const std::string file = In(world, "disclosure.tlog-proof");
  const std::string altered_file = In(world, "disclosure-altered.tlog-proof");
  const auto verify = [&](const std::string& name) {
    std::ofstream(name) << proof;
    return RunNwd(world, Cat("audit verify ", hub::Quoted(name), KeyOption(world, "consent")), "audit-verify.out");
  };
  NWD_RETURN_IF_ERROR(Same("the exit code of who verifies a proof", 0, verify(file)));
  char& of_entry = proof[proof.find("\nindex ") - kBeforeTheEnd];
  of_entry = of_entry == 'A' ? 'B' : 'A';
  NWD_RETURN_IF_ERROR(
      Same("the exit code of who verifies a proof with a byte of its entry changed", 1, verify(altered_file)));
  return "by another program, with the published key alone; one byte changed is noticed";
}

Figure LogsAreWhole(World& world) {
  std::string figure;
  for (const hub::RunningService& service : world.clients().hub().services) {
    NWD_RETURN_IF_ERROR(PublishKey(world, service.name));
    const std::string output = Cat(service.name, ".audit");
    const int code = RunNwd(
        world, Cat("audit verify http://127.0.0.1:", service.http_port, "/audit", KeyOption(world, service.name)),
        output);
    NWD_RETURN_IF_ERROR(Same(Cat("the exit code of who verifies the log of ", service.name), 0, code));
    std::ifstream told(In(world, output));
    std::string whole, entries;
    told >> whole >> entries;
    figure += Cat(figure.empty() ? "" : ", ", service.name, " ", entries);
  }
  return Cat("every entry read, the tree made anew: ", figure);
}

// The receipt of the first answer that keeps what it has; asked for by giving the same answer again.
Figure AnswerIsProved(World& world) {
  const std::string hub_key = hub::Quoted(hub::KeyFile(world.hub_folder()));
  NWD_RETURN_IF_ERROR(Same("the exit code of nwd consent key", 0,
                           RunNwd(world, Cat("consent key --hub-key ", hub_key), "receipts.key")));
  for (const std::string& slug : Receivers()) {
    NWD_ASSIGN_OR_RETURN(const auto listed, world.Call<v1::ListNoticesResponse>(slug, v1::ListNoticesRequest()));
    for (const v1::Notice& notice : listed.notices()) {
      if (notice.answer() != v1::NOTICE_ANSWER_RETAINED) continue;
      v1::AcknowledgeNoticeRequest request;
      request.set_notice_id(notice.notice_id());
      request.set_answer(notice.answer());
      request.set_retained_basis(notice.retained_basis());
      NWD_ASSIGN_OR_RETURN(auto answered, world.Call<v1::AcknowledgeNoticeResponse>(slug, request));
      const auto verify = [&] {
        std::string json;
        const bool written = google::protobuf::util::MessageToJsonString(answered, &json).ok();
        std::ofstream(In(world, "answer.json")) << json;
        const std::string file = hub::Quoted(In(world, "answer.json")), key = hub::Quoted(In(world, "receipts.key"));
        return written ? RunNwd(world, Cat("consent verify ", file, " --key ", key), "answer.out") : -1;
      };
      NWD_RETURN_IF_ERROR(Same("the exit code of who verifies the receipt of an answer", 0, verify()));
      answered.mutable_content()->at(answered.content().size() / 2) ^= 1;
      NWD_RETURN_IF_ERROR(Holds("a receipt with a byte changed does not hold", verify() != 0));
      return Cat("by another program, of what ", slug, " keeps and on which basis; one byte changed is noticed");
    }
  }
  return Unexpected("an answer to a notice", "one that keeps what it has on another basis", "none");
}

}  // namespace

void TellProof(World& world, Story& story) {
  story.Chapter("Proof: whoever doubts can check");
  story.Step("a disclosure is proved to be in the audit log", [&] { return DisclosureIsProved(world); });
  story.Step("what was answered to a notice has a receipt that holds", [&] { return AnswerIsProved(world); });
  story.Step("the four audit logs are whole", [&] { return LogsAreWhole(world); });
}

}  // namespace nwd::demo
