using EShop.Messaging;
using EShop.ServiceDefaults;
using EShop.Users.Keys;
using EShop.Users.Sessions;
using Microsoft.EntityFrameworkCore;

namespace EShop.Users;

internal sealed class UsersDb(DbContextOptions<UsersDb> options) : DbContext(options)
{
    public const string UniqueEmail = "ix_users_normalized_email";

    public DbSet<User> Users => Set<User>();

    public DbSet<RefreshFamily> RefreshFamilies => Set<RefreshFamily>();

    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.AddServiceDefaults();
        model.AddEventBus();
        model.HasPostgresExtension("pg_trgm");
        model.Entity<User>(user =>
        {
            user.HasIndex(u => u.NormalizedEmail).IsUnique().HasDatabaseName(UniqueEmail);
            user.HasIndex(u => u.SearchText).HasMethod("gin").HasOperators("gin_trgm_ops");
            user.Property(u => u.Role).HasConversion(role => role.ToString().ToLowerInvariant(), text => Enum.Parse<Role>(text, ignoreCase: true));
        });
        model.Entity<RefreshFamily>(family =>
        {
            family.HasOne<User>().WithMany().HasForeignKey(f => f.UserId).OnDelete(DeleteBehavior.Cascade);
            family.HasIndex(f => f.ExpiresAt);
        });
        model.Entity<SigningKey>().HasKey(key => key.Kid);
    }
}
