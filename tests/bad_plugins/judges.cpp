// SPDX-License-Identifier: GPL-2.0-or-later
// Validates and previews objects. The object's label "judge" selects how: refuse, hang, die, garbage, silent or late.
#include <signal.h>
#include <unistd.h>

#include <QCborArray>

#include "bad_plugin.h"
#include "fos1/features/previewer.h"

namespace {

QString judgement(const QCborMap& metadata) {
    return metadata.value(QStringLiteral("labels")).toMap().value(QStringLiteral("judge")).toString();
}

void beHarmful(const QString& how) {
    if (how == QStringLiteral("hang"))
        for (;;) ::pause();
    if (how == QStringLiteral("die")) ::raise(SIGKILL);
    if (how == QStringLiteral("late")) ::usleep(300'000);
}

class Validator : public fos1::IValidator {
   public:
    QCborMap validate(const QCborMap& object) override {
        const QString how = judgement(object.value(QStringLiteral("metadata")).toMap());
        beHarmful(how);
        if (how == QStringLiteral("garbage"))
            return {{QStringLiteral("errors"), QCborArray{7, QStringLiteral("seven")}}};
        if (how != QStringLiteral("refuse")) return fos1::validationResult({});
        return fos1::validationResult(
            {{fos1::ErrorCode::InvalidInput, QStringLiteral("no judge likes this"), QStringLiteral("spec.enabled")}});
    }
};

class Previewer : public fos1::IPreviewer {
   public:
    QCborMap preview(const QCborMap& snapshot) override {
        const auto objects = fos1::desiredObjects(snapshot);
        for (const auto& object : objects) beHarmful(judgement(object.metadata));
        return {{QStringLiteral("disruption"), QStringLiteral("none")},
                {QStringLiteral("summary"), QStringLiteral("would judge %1 objects").arg(objects.size())}};
    }
};

}  // namespace

class Plugin : public bad::BadPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    void reconcile(const QCborMap& snapshot, quint64 ticket) override {
        const auto count = static_cast<qint64>(fos1::desiredObjects(snapshot).size());
        m_host->bus().publish("judges.state/v1", "all", {{QStringLiteral("objects"), count}}, 0);
        m_host->succeed(ticket);
    }
    fos1::IInterface* query(const QString& iid) override {
        if (iid == QLatin1String(fos1::IValidator::kIid)) return &m_validator;
        return iid == QLatin1String(fos1::IPreviewer::kIid) ? &m_previewer : nullptr;
    }

   private:
    Validator m_validator;
    Previewer m_previewer;
};

#include "judges.moc"
