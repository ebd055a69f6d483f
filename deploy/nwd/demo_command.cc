// nwd demo: the main job from end to end, on a hub of its own.
#include <memory>

#include "deploy/demo/demo.h"
#include "deploy/nwd/command.h"

namespace nwd::tool {
namespace {

// Fewer people than this do not fill every part of the story.
constexpr int kPeopleMin = 20;
constexpr int kPeopleMax = 5000;

}  // namespace

void AddDemoCommand(config::Options& program, Commands& commands) {
  auto asked = std::make_shared<demo::DemoOptions>();
  config::Options& options =
      program.Command("demo", "Plays the main job: a hub of four, a real feed, a cohort of made-up people");
  options.Add("--feed", &asked->source,
              "Feed to import: a JSON file, a folder of them, or an http(s) URL (default: the sample)");
  options.Add("--people", &asked->people, "How many people").Range(kPeopleMin, kPeopleMax);
  options.Add("--folder", &asked->folder,
              "Folder of the hub; one that a demo made is replaced (default: a temporary one)");
  options.Add("--json", &asked->json, "End with one line of JSON");
  options.Add("--keep", &asked->keep, "Leave the hub up, on its usual ports, and say what to try next");
  commands.push_back({&options, [asked] { return demo::RunDemo(*asked); }});
}

}  // namespace nwd::tool
