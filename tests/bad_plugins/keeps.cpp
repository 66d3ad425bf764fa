// SPDX-License-Identifier: GPL-2.0-or-later
// A well-behaved source of objects, which it keeps in memory: written, removed and changed by users, and prepared for
// the host before they are passed to it.
#include <QCborArray>
#include <map>

#include "bad_plugin.h"
#include "fos1/cbor_size.h"
#include "fos1/features/spec_source.h"
#include "fos1/merge_patch.h"

class Plugin : public bad::BadPlugin, public fos1::ISpecWriter, public fos1::ISpecMerger {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID BAD_IID FILE "metadata.json")
    Q_INTERFACES(fos1::IPlugin)
   public:
    QString start(fos1::IHost* host) override {
        BadPlugin::start(host);
        m_source = fos1::feature<fos1::ISpecSource>(*host);
        pass();
        return {};
    }
    fos1::IInterface* query(const QString& iid) override {
        if (iid == QLatin1String(fos1::ISpecWriter::kIid)) return static_cast<fos1::ISpecWriter*>(this);
        if (iid == QLatin1String(fos1::ISpecMerger::kIid)) return static_cast<fos1::ISpecMerger*>(this);
        return nullptr;
    }
    void write(const QCborMap& object, quint64 ticket) override {
        m_objects[nameOf(object)] = {{QStringLiteral("apiVersion"), object.value(QStringLiteral("apiVersion"))},
                                     {QStringLiteral("kind"), object.value(QStringLiteral("kind"))},
                                     {QStringLiteral("metadata"), QCborMap{{QStringLiteral("name"), nameOf(object)}}},
                                     {QStringLiteral("spec"), object.value(QStringLiteral("spec"))}};
        finish(ticket);
    }
    void erase(const QCborMap& object, quint64 ticket) override {
        m_objects.erase(object.value(QStringLiteral("name")).toString());
        finish(ticket);
    }
    void merge(const QCborMap& change, quint64 ticket) override {
        QCborMap& object = m_objects[change.value(QStringLiteral("name")).toString()];
        object = fos1::mergePatched(object, change.value(QStringLiteral("merge")).toMap());
        finish(ticket);
    }

   private:
    static QString nameOf(const QCborMap& object) {
        return object.value(QStringLiteral("metadata")).toMap().value(QStringLiteral("name")).toString();
    }
    /// Returns what the host says of the transaction.
    QCborMap pass() {
        QCborArray objects;
        for (const auto& [name, object] : m_objects) objects.append(fos1::packed(object));
        m_source->apply({{QLatin1String(fos1::ISpecSource::kPrepare), objects}});
        return m_source->apply({{QStringLiteral("replace"), QCborMap{{QStringLiteral("memory"), objects}}},
                                {QStringLiteral("synced"), true}});
    }
    void finish(quint64 ticket) {
        const QCborArray errors = pass().value(QStringLiteral("errors")).toArray();
        if (errors.isEmpty())
            m_host->succeed(ticket);
        else
            m_host->fail(ticket, errors.first().toMap().value(QStringLiteral("message")).toString());
    }

    fos1::ISpecSource* m_source = nullptr;
    std::map<QString, QCborMap> m_objects;
};

#include "keeps.moc"
