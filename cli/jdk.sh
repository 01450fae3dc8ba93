# For scripts to read in: how a JDK 25 or newer is found.

# Prints the feature release of a JDK home ("25"), or nothing if it is no JDK.
release_of() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

# TRUEPIPE_SEARCH_ROOT stands before the folders of the system, so that a test can search a system without a JDK.
find_jdk() {
    root=${TRUEPIPE_SEARCH_ROOT:-}
    user=${HOME:-/nonexistent}  # some services run without a HOME
    for candidate in \
        "${TRUEPIPE_JAVA_HOME:-}" "${JAVA_HOME:-}" "$(java_on_path)" \
        "$root"/usr/lib/jvm/* "$root"/usr/java/* "$root"/opt/java/* "$root"/opt/jdk* "$root"/opt/*jdk* "$root"/usr/local/openjdk* \
        "$user"/.sdkman/candidates/java/* "$user"/.jdks/* "$user"/.local/share/mise/installs/java/* "$user"/.asdf/installs/java/* \
        "$root"/Library/Java/JavaVirtualMachines/*/Contents/Home "$user"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        "$root"/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
        [ -n "$candidate" ] || continue
        release=$(release_of "$candidate")
        if [ -n "$release" ] && [ "$release" -ge 25 ]; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

java_on_path() {
    java=$(command -v java 2>/dev/null) || return 0
    while [ -h "$java" ]; do
        link=$(readlink "$java")
        case $link in
            /*) java=$link ;;
            *) java=$(dirname "$java")/$link ;;
        esac
    done
    dirname "$(dirname "$java")"
}
