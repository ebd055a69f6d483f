#include "common/metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>

#include "absl/synchronization/mutex.h"
#include "common/base/check.h"

namespace nwd::metrics {
namespace {

std::map<std::string, std::string> ToMap(const Labels& labels) { return {labels.begin(), labels.end()}; }

class Collected final : public Scrape {
 public:
  void Counter(const std::string& name, const std::string& help, double value, const Labels& labels) override {
    Add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
  }
  void Gauge(const std::string& name, const std::string& help, double value, const Labels& labels) override {
    Add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
  }

  std::vector<prometheus::MetricFamily> Take() {
    std::vector<prometheus::MetricFamily> families;
    for (auto& [name, family] : families_) families.push_back(std::move(family));
    return families;
  }

 private:
  prometheus::ClientMetric& Add(const std::string& name, const std::string& help, prometheus::MetricType type,
                                const Labels& labels) {
    prometheus::MetricFamily& family = families_[name];
    if (family.name.empty()) {
      family.name = name;
      family.help = help;
      family.type = type;
    }
    NWD_CHECK(family.type == type);
    prometheus::ClientMetric& metric = family.metric.emplace_back();
    for (const auto& [label, value] : labels) metric.label.push_back({label, value});
    return metric;
  }

  std::map<std::string, prometheus::MetricFamily> families_;
};

}  // namespace

void Counter::Increment(double by) { counter_->Increment(by); }
double Counter::Value() const { return counter_->Value(); }
void Gauge::Set(double value) { gauge_->Set(value); }
void Gauge::Add(double by) { gauge_->Increment(by); }
double Gauge::Value() const { return gauge_->Value(); }
void Histogram::Observe(double value) { histogram_->Observe(value); }

Counter CounterFamily::With(const Labels& labels) { return Counter(&family_->Add(ToMap(labels))); }
Gauge GaugeFamily::With(const Labels& labels) { return Gauge(&family_->Add(ToMap(labels))); }
Histogram HistogramFamily::With(const Labels& labels) { return Histogram(&family_->Add(ToMap(labels), buckets_)); }

const std::vector<double>& LatencyBuckets() {
  static const std::vector<double>& buckets = *new std::vector<double>{
      50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1, 2.5, 5, 10};
  return buckets;
}

struct Registry::Impl {
  prometheus::Registry registry;
  mutable absl::Mutex mutex;
  uint64_t next_id = 0;
  std::map<uint64_t, std::function<void(Scrape&)>> callbacks;
};

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

CounterFamily Registry::AddCounter(const std::string& name, const std::string& help) noexcept {
  return CounterFamily(&prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry));
}

GaugeFamily Registry::AddGauge(const std::string& name, const std::string& help) noexcept {
  return GaugeFamily(&prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry));
}

HistogramFamily Registry::AddHistogram(const std::string& name, const std::string& help,
                                       std::vector<double> buckets) noexcept {
  return HistogramFamily(&prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->registry),
                         std::move(buckets));
}

Registration Registry::OnScrape(std::function<void(Scrape&)> read) {
  absl::MutexLock lock(&impl_->mutex);
  const uint64_t id = impl_->next_id++;
  impl_->callbacks.emplace(id, std::move(read));
  return Registration([impl = impl_.get(), id] {
    absl::MutexLock remove_lock(&impl->mutex);
    impl->callbacks.erase(id);
  });
}

std::string Registry::Text() const {
  Collected collected;
  {
    absl::MutexLock lock(&impl_->mutex);
    for (const auto& [id, read] : impl_->callbacks) read(collected);
  }
  std::vector<prometheus::MetricFamily> families = impl_->registry.Collect();
  for (prometheus::MetricFamily& family : collected.Take()) families.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace nwd::metrics
