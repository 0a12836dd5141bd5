using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace EShop.Cart.Migrations
{
    /// <inheritdoc />
    public partial class RemindOfOrders : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "tell_at",
                table: "orders",
                type: "timestamp with time zone",
                nullable: false,
                defaultValueSql: "now() + interval '1 hour'");

            migrationBuilder.CreateIndex(
                name: "ix_orders_tell_at",
                table: "orders",
                column: "tell_at",
                filter: "closed_at IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_orders_tell_at",
                table: "orders");

            migrationBuilder.DropColumn(
                name: "tell_at",
                table: "orders");
        }
    }
}
