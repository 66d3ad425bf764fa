// SPDX-License-Identifier: GPL-2.0-or-later
// `plugin new`: writes a plugin that builds, from the template of the installation. The template is itself a plugin
// named com.example.hello; only its names are replaced.
#include <QCoreApplication>
#include <QDir>
#include <QDirIterator>
#include <QRegularExpression>
#include <QSaveFile>

#include "commands.h"
#include "layout.h"

namespace fos1::ctl {
namespace {

const char* const kRule =
    "use at least two words joined by dots, such as com.example.hello; each word is a lower-case letter followed by "
    "lower-case letters, digits or hyphens; at most 100 characters";

bool isPluginId(const QString& id) {
    static const QRegularExpression pattern(
        QStringLiteral("\\A[a-z]([-a-z0-9]*[a-z0-9])?(\\.[a-z]([-a-z0-9]*[a-z0-9])?)+\\z"));
    return id.size() <= 100 && pattern.match(id).hasMatch();
}

/// The replacements of the template's names.
class Names {
   public:
    explicit Names(const QString& id) : m_id(id) {
        const QStringList words = id.section(u'.', -1).split(u'-', Qt::SkipEmptyParts);
        m_stem = words.join(u'_');
        for (const QString& word : words) m_type += word.left(1).toUpper() + word.mid(1);
    }

    [[nodiscard]] QString replacedIn(QString text) const {
        // One pass, so that an inserted name is not replaced again.
        static const QRegularExpression pattern(QStringLiteral("com\\.example\\.hello|Hello|hello"));
        qsizetype from = 0;
        for (auto match = pattern.match(text); match.hasMatch(); match = pattern.match(text, from)) {
            const QString found = match.captured();
            const QString& name = found.startsWith(u'c') ? m_id : found.startsWith(u'H') ? m_type : m_stem;
            text.replace(match.capturedStart(), match.capturedLength(), name);
            from = match.capturedStart() + name.size();
        }
        return text;
    }

   private:
    QString m_id;
    QString m_stem;  ///< of file names
    QString m_type;  ///< of C++ types
};

/// Returns an empty string, or why it failed.
QString copyReplaced(const QString& from, const QString& to, const Names& names) {
    QFile source(from);
    if (!source.open(QIODevice::ReadOnly)) return from + QStringLiteral(": ") + source.errorString();
    QDir().mkpath(QFileInfo(to).path());
    QSaveFile target(to);
    if (!target.open(QIODevice::WriteOnly)) return to + QStringLiteral(": ") + target.errorString();
    target.write(names.replacedIn(QString::fromUtf8(source.readAll())).toUtf8());
    return target.commit() ? QString() : to + QStringLiteral(": ") + target.errorString();
}

}  // namespace

ExitCode newPlugin(const QString& id, const QString& directory) {
    if (!isPluginId(id)) {
        complain(QStringLiteral("\"%1\" is not a plugin id: %2").arg(id, QLatin1String(kRule)));
        return ExitCode::Usage;
    }
    const QDir target(directory.isEmpty() ? id.section(u'.', -1) : directory);
    const QFileInfo info(target.path());
    if (info.exists() && (!info.isDir() || !target.isEmpty(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot))) {
        complain(QStringLiteral("%1 exists and is not an empty directory").arg(target.path()));
        return ExitCode::Failed;
    }
    const QDir pattern(QCoreApplication::applicationDirPath() + QStringLiteral("/../") +
                       QLatin1String(FOS1_TEMPLATE_DIR));
    const Names names(id);
    QStringList written;
    QDirIterator files(pattern.path(), QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString name = pattern.relativeFilePath(files.next());
        const QString to = names.replacedIn(name);
        const QString problem = copyReplaced(files.filePath(), target.filePath(to), names);
        if (!problem.isEmpty()) {
            complain(problem);
            return ExitCode::Failed;
        }
        written.append(to);
    }
    if (written.isEmpty()) {
        complain(QStringLiteral("the template is missing: %1").arg(QDir::cleanPath(pattern.path())));
        return ExitCode::Failed;
    }
    written.sort();
    print(QStringLiteral("%1: %2").arg(target.path(), written.join(QStringLiteral(", "))));
    print(QStringLiteral("For the next steps, see %1").arg(target.filePath(QStringLiteral("README.md"))));
    return ExitCode::Ok;
}

}  // namespace fos1::ctl
