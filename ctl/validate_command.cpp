// SPDX-License-Identifier: GPL-2.0-or-later
// `validate`: the daemon's checks, without a daemon.
#include <QCoreApplication>
#include <QDir>
#include <QJsonArray>
#include <map>
#include <set>

#include "commands.h"
#include "crd_catalog.h"
#include "layout.h"
#include "manifest_files.h"
#include "plugin_validators.h"

namespace fos1::ctl {
namespace {

QString installed(const char* relative) {
    return QDir::cleanPath(QCoreApplication::applicationDirPath() + QStringLiteral("/../") + QLatin1String(relative));
}

QString text(const QCborMap& map, const char* field) { return map.value(QLatin1String(field)).toString(); }

class Validation {
   public:
    Validation(const schema::CrdCatalog& catalog, const QString& pluginDirectory)
        : m_catalog(catalog), m_validators(pluginDirectory) {}

    /// The mistakes of one object, including a name that another object already has.
    Errors check(const yaml::Document& document) {
        const auto admitted = m_catalog.admit(document.value);
        if (!admitted) return admitted.error();
        Errors errors = ownChecks(*admitted);
        const QString name = objectText(*admitted);
        const auto [first, isNew] = m_seen.emplace(name, document.locate({}));
        if (!isNew)
            errors.push_back({ErrorCode::Conflict,
                              QStringLiteral("%1 is already defined at %2").arg(name, first->second),
                              QStringLiteral("metadata.name")});
        return errors;
    }

    /// The kinds that only their schema checks.
    [[nodiscard]] const std::set<QString>& schemaOnly() const { return m_schemaOnly; }
    [[nodiscard]] const Errors& brokenPlugins() const { return m_validators.errors(); }

   private:
    Errors ownChecks(const QCborMap& object) {
        const QString kind = text(object, "apiVersion") + u'/' + text(object, "kind");
        if (IValidator* validator = m_validators.find(kind)) return validate(*validator, object);
        m_schemaOnly.insert(text(object, "kind"));
        return {};
    }

    const schema::CrdCatalog& m_catalog;
    PluginValidators m_validators;
    std::map<QString, QString> m_seen;  ///< object and its position
    std::set<QString> m_schemaOnly;
};

/// The mistakes, one line each as they are found, or all of them as JSON or YAML at the end.
class Report {
   public:
    explicit Report(OutputFormat format) : m_format(format) {}

    /// `place`: "file:line:col", empty when the error names it itself.
    void add(const QString& place, const Error& error) {
        m_mistakes.append(QJsonObject{{QStringLiteral("place"), place.isEmpty() ? error.path : place},
                                      {QStringLiteral("path"), place.isEmpty() ? QString() : error.path},
                                      {QStringLiteral("message"), error.message}});
        if (m_format == OutputFormat::Table)
            print(place.isEmpty() ? error.text() : place + QStringLiteral(": ") + error.text());
    }

    ExitCode finish(std::size_t objects, bool isChecked) const {
        const bool isValid = m_mistakes.isEmpty() && isChecked;
        const auto count = static_cast<qint64>(objects);
        const bool isPrinted = printAs(m_format, {{QStringLiteral("valid"), isValid},
                                                  {QStringLiteral("objects"), count},
                                                  {QStringLiteral("mistakes"), m_mistakes}});
        if (!isValid) return ExitCode::Failed;
        if (!isPrinted)
            print(objects == 1 ? QStringLiteral("1 object is valid.")
                               : QStringLiteral("%1 objects are valid.").arg(count));
        return ExitCode::Ok;
    }

   private:
    OutputFormat m_format;
    QJsonArray m_mistakes;
};

}  // namespace

ExitCode validateFiles(const ValidateOptions& options) {
    const auto catalog =
        schema::CrdCatalog::load(options.crdDirectory.isEmpty() ? installed(FOS1_CRD_DIR) : options.crdDirectory);
    if (!catalog) {
        complain(catalog.error().text());
        return ExitCode::Failed;
    }
    Errors unreadable;
    const std::vector<yaml::Document> documents = readManifests(options.files, unreadable);
    Report report(options.output);
    for (const Error& error : unreadable) report.add({}, error);

    Validation validation(*catalog,
                          options.pluginDirectory.isEmpty() ? installed(FOS1_PLUGIN_DIR) : options.pluginDirectory);
    for (const yaml::Document& document : documents)
        for (const Error& error : validation.check(document)) report.add(document.locate(error.path), error);
    for (const Error& error : validation.brokenPlugins()) complain(error.text());
    for (const QString& kind : validation.schemaOnly())
        complain(QStringLiteral("note: no plugin here checks %1 beyond its schema").arg(kind));
    return report.finish(documents.size(), validation.brokenPlugins().empty());
}

}  // namespace fos1::ctl
