// SPDX-License-Identifier: GPL-2.0-or-later
// Invalid values on the topics, invalid objects as desired state. The plugin only has to survive them.
#include "drills.h"
#include "fos1/features/validator.h"

namespace fos1::check {

using testing::Completion;
using testing::PluginHarness;

namespace {

const QString kWriter = QStringLiteral("fos1-plugin-check");

/// Whether the plugin still answers.
bool isAlive(Drill& drill, const QString& check, const QString& after) {
    const Completion completion = drill.reconcile({}, QStringLiteral("reconcile after ") + after);
    if (completion.outcome != Outcome::Unknown) return true;
    drill.report().add(failed(check, QStringLiteral("no longer answers a reconcile after ") + after,
                              QStringLiteral("no value may block a plugin")));
    return false;
}

std::size_t feedGarbage(Drill& drill, const QString& topic) {
    testing::FakeBus& bus = drill.harness().host().bus;
    const QString key = QStringLiteral("garbage");
    const auto deliver = [&](const QString& what, const auto& act) {
        drill.during(QStringLiteral("delivery of %1, %2").arg(topic, what), [&] {
            act();
            PluginHarness::settle();
        });
    };
    deliver(QStringLiteral("absent before it was ever published"), [&] { bus.absent(topic, key, {}); });
    const auto maps = garbageMaps(topicSchema(drill.harness().metadata(), drill.setup().schemas, topic));
    for (const NamedMap& map : maps) deliver(map.name, [&] { bus.set(topic, key, map.value, kWriter); });
    deliver(QStringLiteral("stale"), [&] { bus.stale(topic, key); });
    deliver(QStringLiteral("absent"), [&] { bus.absent(topic, key, QStringLiteral("the publisher crashed")); });
    for (const QString& odd : {QStringLiteral("../../etc/passwd"), QStringLiteral("a\nb\"c"), QString(1024, u'k')})
        deliver(QStringLiteral("an odd key"), [&] { bus.set(topic, odd, {}, kWriter); });
    return maps.size() + 6;
}

void tryValidator(Drill& drill, const std::vector<NamedMap>& objects) {
    auto* validator = static_cast<IValidator*>(drill.during(QStringLiteral("query"), [&] {
        return drill.harness().plugin().query(QString::fromLatin1(IValidator::kIid));
    }));
    if (!validator) return;
    const auto& guard = drill.harness().host().guard;
    for (const NamedMap& object : objects) {
        const std::size_t before = guard.count();
        drill.during(QStringLiteral("validate of ") + object.name, [&] { validator->validate(object.value); });
        if (guard.count() == before) continue;
        return drill.report().add(
            failed(QStringLiteral("validator"),
                   QStringLiteral("called the host in validate of %1: %2").arg(object.name, guard.last()),
                   QStringLiteral("a validator is pure: fos1ctl validate calls it without a host")));
    }
}

}  // namespace

void drillGarbageState(Drill& drill) {
    const QString check = QStringLiteral("garbage-state");
    if (!drill.begin(check)) return;
    const QStringList topics = drill.harness().host().permissions.subscribes;
    std::size_t count = 0;
    for (const QString& topic : topics) count += feedGarbage(drill, topic);
    if (isAlive(drill, check, QStringLiteral("garbage on its topics")))
        drill.report().add(passed(
            check,
            topics.isEmpty()
                ? QStringLiteral("subscribes to nothing")
                : QStringLiteral("survived %1 odd states of %2").arg(count).arg(topics.join(QStringLiteral(", ")))));
    reportMisuse(drill);
}

void drillGarbageSpec(Drill& drill) {
    const QString check = QStringLiteral("garbage-spec");
    if (!drill.begin(check)) return;
    std::size_t count = 0;
    for (const QString& kind : drill.harness().host().permissions.kinds) {
        const auto objects = garbageObjects(kind, specSchema(drill.setup().schemas, kind));
        tryValidator(drill, objects);
        for (const NamedMap& object : objects) {
            const Completion completion =
                drill.reconcile({object.value}, QStringLiteral("reconcile of ") + object.name);
            ++count;
            if (completion.outcome != Outcome::Unknown) continue;
            drill.report().add(failed(check, QStringLiteral("no answer to ") + object.name,
                                      QStringLiteral("complete every ticket; report what cannot be done as Failed")));
            return reportMisuse(drill);
        }
    }
    if (isAlive(drill, check, QStringLiteral("garbage as desired state")))
        drill.report().add(passed(check, count == 0 ? QStringLiteral("reconciles no kind")
                                                    : QStringLiteral("answered %1 odd snapshots").arg(count)));
    reportMisuse(drill);
}

}  // namespace fos1::check
