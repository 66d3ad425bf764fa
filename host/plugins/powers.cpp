// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/powers.h"

#include <array>

#include "fos1/features/event_feed.h"
#include "fos1/features/spec_catalog.h"
#include "fos1/features/spec_source.h"
#include "fos1/features/status_feed.h"

namespace fos1::host {

namespace {

struct Power {
    const char* iid;
    const char* words;
};

constexpr std::array<Power, 4> kPowers = {{
    {ISpecSource::kIid, "declare objects, and report on those that it declared"},
    {ISpecCatalog::kIid, "see which kinds and plugins exist"},
    {IStatusFeed::kIid, "see the status of every object"},
    {IEventFeed::kIid, "see every event"},
}};

const QString kSecret = QStringLiteral("v1/Secret");

QString setting(const PluginMetadata& metadata, const QString& iid) {
    return QStringLiteral("isolation.%1.features to [%2]").arg(metadata.id, iid);
}

}  // namespace

const QStringList& privilegedFeatures() {
    static const QStringList all = [] {
        QStringList iids;
        for (const Power& each : kPowers) iids.append(QString::fromLatin1(each.iid));
        return iids;
    }();
    return all;
}

PowerCheck withholdPowers(PluginMetadata& metadata, const PowerGrants& granted) {
    PowerCheck check;
    metadata.seesSecrets = granted.secrets;
    if (metadata.kinds.contains(kSecret) && !granted.secrets) {
        check.refusal =
            QStringLiteral("requests every Secret; to allow that, set isolation.%1.secrets to true").arg(metadata.id);
        return check;
    }
    for (const QString& iid : privilegedFeatures()) {
        if (granted.features.contains(iid)) continue;
        if (metadata.requiredFeatures.contains(iid)) {
            check.refusal =
                QStringLiteral("requests the feature %1; to allow that, set %2").arg(iid, setting(metadata, iid));
            return check;
        }
        if (metadata.wantedFeatures.removeAll(iid) > 0)
            check.withheld.append(
                QStringLiteral("the feature %1, which isolation.%2.features in host.yaml does not grant")
                    .arg(iid, metadata.id));
    }
    return check;
}

QStringList powersOf(const PluginMetadata& metadata) {
    QStringList powers;
    for (const Power& each : kPowers)
        if (metadata.mayUse(QString::fromLatin1(each.iid))) powers.append(QString::fromLatin1(each.words));
    if (metadata.kinds.contains(kSecret)) powers.append(QStringLiteral("see every Secret"));
    return powers;
}

}  // namespace fos1::host
