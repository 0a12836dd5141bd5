namespace EShop.Tests.Support;

/// <summary>A project of the repository as it was built, in its own folder: with its own packages and settings, not those of the tests.</summary>
internal static class BuiltProject
{
    private static readonly string Tests = Path.GetFullPath("../../..", AppContext.BaseDirectory);

    /// <param name="project">Its folder, from the root of the repository.</param>
    public static string Folder(string project) => Path.GetFullPath(Path.Combine("..", project), Tests);

    /// <inheritdoc cref="Folder"/>
    public static string Assembly(string project) =>
        Path.Combine(Folder(project), Path.GetRelativePath(Tests, AppContext.BaseDirectory), $"{Path.GetFileName(project)}.dll");
}
