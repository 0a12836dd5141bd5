using EShop.Local.Dashboard.Store;

namespace EShop.Local.Dashboard.Pages;

/// <summary>Whether the pages of one browser window follow what happens, or stand still to be read.</summary>
internal sealed class Live
{
    public Signal Changed { get; } = new();

    public bool IsPaused { get; private set; }

    public void Toggle()
    {
        IsPaused = !IsPaused;
        Changed.Raise();
    }
}
